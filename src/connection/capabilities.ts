import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { CapabilityOptions } from "../options.ts";
import { Shared } from "./shared.ts";

/** No process has it: Linux counts to 2^22. */
const IMPOSSIBLE_PID = 2 ** 32 - 1;

/** How the daemon is asked, until the signal says that nobody wants to know any more. */
export interface CapabilityProbes {
  /** Closes the input of a process. */
  closeStdin(pid: number, signal: AbortSignal): Promise<unknown>;
  /** Uploads bytes as they are to no path at all. */
  octetStream(username: string, signal: AbortSignal): Promise<unknown>;
}

/**
 * What the daemon can do. It is probed, never read off a version: OpenKruise's manager reports 0.2.10 whatever runs.
 * Concurrent callers share one probe; a probe that decided nothing is forgotten.
 */
export class Capabilities {
  readonly #known: CapabilityOptions;
  readonly #probes: CapabilityProbes;
  readonly #closeStdin: Shared<boolean>;
  #octetStream: Shared<boolean> | undefined;

  /** Takes what the caller knows, and how to ask the daemon about the rest. */
  constructor(known: CapabilityOptions, probes: CapabilityProbes) {
    this.#known = known;
    this.#probes = probes;
    this.#closeStdin = new Shared((signal) => hasCloseStdin(probes.closeStdin(IMPOSSIBLE_PID, signal)));
  }

  /** Whether the daemon has `CloseStdin`. The signal ends the wait. */
  async closeStdin(signal?: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    return this.#known.closeStdin ?? await this.#closeStdin.get(signal);
  }

  /** Whether the daemon takes a file's bytes as they are, asked as an account that it has. The signal ends the wait. */
  async octetStream(username: string, signal?: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    this.#octetStream ??= new Shared((signal) => takesOctetStream(this.#probes.octetStream(username, signal)));
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

/**
 * As recorded: 400 that demands a path where raw bodies are known, 500 on 0.2.10, which finds no form in it. What says
 * that the daemon was not reached, or that the caller may not, decides nothing and is thrown. A form always works.
 */
async function takesOctetStream(probe: Promise<unknown>): Promise<boolean> {
  try {
    await probe;
    return false;
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    if (error.status === 400) return true;
    if (error.code === "internal" || error.code === "unsupported") return false;
    throw error;
  }
}
