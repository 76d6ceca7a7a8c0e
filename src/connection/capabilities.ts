import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { CapabilityOptions } from "../options.ts";
import { Shared } from "./shared.ts";

/** No process has it: Linux counts to 2^22. */
const IMPOSSIBLE_PID = 2 ** 32 - 1;

/**
 * What the daemon can do. It is probed, never read off a version: OpenKruise's manager reports 0.2.10 whatever runs.
 * Concurrent callers share one probe; a probe that decided nothing is forgotten.
 */
export class Capabilities {
  readonly #closeStdin: Shared<boolean>;

  /** Takes what the caller knows, and how to ask the daemon to close the input of a process. */
  constructor(known: CapabilityOptions, closeStdin: (pid: number) => Promise<unknown>) {
    const { closeStdin: answer } = known;
    this.#closeStdin = new Shared(() =>
      answer === undefined ? hasCloseStdin(closeStdin(IMPOSSIBLE_PID)) : Promise.resolve(answer)
    );
  }

  /** Whether the daemon has `CloseStdin`. The signal ends the wait. */
  async closeStdin(signal?: AbortSignal | undefined): Promise<boolean> {
    signal?.throwIfAborted();
    return await this.#closeStdin.get(signal);
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
