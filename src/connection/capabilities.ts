import type { SandboxErrorCode } from "../errors/codes.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { CapabilityOptions } from "../options.ts";
import { demandsPath } from "./error_map/http.ts";
import { Shared } from "./shared.ts";

/** No process has it: Linux counts to 2^22. */
const IMPOSSIBLE_PID = 2 ** 32 - 1;

/** How the daemon is asked, until the signal says that nobody wants to know any more. */
export interface CapabilityProbes {
  /** Closes the input of a process. */
  closeStdin(pid: number, signal: AbortSignal): Promise<unknown>;
  /** Uploads bytes as they are to no path at all. */
  octetStream(signal: AbortSignal): Promise<unknown>;
}

/**
 * What the daemon can do. It is probed, never read off a version: OpenKruise's manager reports 0.2.10 whatever runs.
 * Concurrent callers share one probe; a probe that decided nothing is forgotten.
 */
export class Capabilities {
  readonly #known: CapabilityOptions;
  readonly #closeStdin: Shared<boolean>;
  readonly #octetStream: Shared<boolean>;

  /** Takes what the caller knows, and how to ask the daemon about the rest. */
  constructor(known: CapabilityOptions, probes: CapabilityProbes) {
    this.#known = known;
    this.#closeStdin = new Shared((signal) => hasCloseStdin(probes.closeStdin(IMPOSSIBLE_PID, signal)));
    this.#octetStream = new Shared((signal) => takesOctetStream(probes.octetStream(signal)));
  }

  /** Whether the daemon has `CloseStdin`. The signal ends the wait. */
  async closeStdin(signal?: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    return this.#known.closeStdin ?? await this.#closeStdin.get(signal);
  }

  /** Whether the daemon takes a file's bytes as they are. The signal ends the wait. */
  async octetStream(signal?: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    return this.#known.octetStream ?? await this.#octetStream.get(signal);
  }
}

/**
 * As recorded: 404 with a Connect `not_found` where the call is known, 404 `text/plain` on 0.2.10. Anything else, such
 * as a 401 or a gateway's 502, decides nothing and is thrown.
 */
async function hasCloseStdin(probe: Promise<unknown>): Promise<boolean> {
  try {
    await probe;
    return true;
  } catch (error) {
    if (isSandboxError(error, "process_not_found")) return true;
    // 501 is the Connect protocol's own word for it.
    if (isSandboxError(error, "unsupported") && (error.status === 404 || error.status === 501)) return false;
    throw error;
  }
}

/** What says that the daemon was not reached, or that the caller may not. */
const UNDECIDED: ReadonlySet<string> = new Set<SandboxErrorCode>([
  "network",
  "tls",
  "request_timeout",
  "unauthenticated",
  "forbidden",
  "unknown_user",
  "rate_limited",
  "sandbox_not_found",
  "sandbox_not_running",
  "gateway_not_ready",
]);

/**
 * As recorded: a path is demanded where raw bodies are known, 0.2.10 finds no form in one. A form always works, so
 * whatever else the daemon or a proxy says means no.
 */
async function takesOctetStream(probe: Promise<unknown>): Promise<boolean> {
  try {
    await probe;
    return false;
  } catch (error) {
    if (!isSandboxError(error) || UNDECIDED.has(error.code)) throw error;
    return demandsPath(error);
  }
}
