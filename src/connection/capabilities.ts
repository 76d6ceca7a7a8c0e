import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { CapabilityOptions } from "../options.ts";

/** No process has it: Linux counts to 2^22. */
const IMPOSSIBLE_PID = 2 ** 32 - 1;

/**
 * What the daemon can do. It is probed, never read off a version: OpenKruise's manager reports 0.2.10 whatever runs.
 * Concurrent callers share one probe; a probe that decided nothing is forgotten.
 */
export class Capabilities {
  #closeStdin: Promise<boolean> | undefined;

  /** Takes what the caller knows. */
  constructor(known: CapabilityOptions) {
    if (known.closeStdin !== undefined) this.#closeStdin = Promise.resolve(known.closeStdin);
  }

  /**
   * Whether the daemon has `CloseStdin`. As recorded: 404 with a Connect `not_found` where it is known, 404
   * `text/plain` on 0.2.10. Anything else, such as a 401 or a gateway's 502, decides nothing and is thrown.
   */
  closeStdin(probe: (pid: number) => Promise<unknown>): Promise<boolean> {
    this.#closeStdin ??= probe(IMPOSSIBLE_PID).then(() => true, (error) => {
      if (isSandboxError(error, "process_not_found")) return true;
      if (isSandboxError(error, "unsupported")) return false;
      this.#closeStdin = undefined;
      throw error;
    });
    return this.#closeStdin;
  }
}
