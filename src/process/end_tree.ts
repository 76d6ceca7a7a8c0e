import type { Connection } from "../connection/connection.ts";
import { SandboxError } from "../errors/sandbox_error.ts";
import { killTree } from "./process_tree.ts";
import { killOwned } from "./signals.ts";

/** What passes between SIGTERM and SIGKILL, where nobody says otherwise. */
export const GRACE_MS = 2_000;

/** How a process was ended with all that it has started. */
export interface TreeEnded {
  /** Whether there was anything of it. */
  readonly found: boolean;
  /** What may run on, where the process itself does not. */
  readonly problem?: SandboxError;
}

/**
 * Ends a process and all that it has started. Where that cannot be done, the process itself is killed as the daemon
 * does it; it rejects only where that fails, too.
 *
 * @param ended Whether the process is known to have ended: its pid may be another's by now.
 */
export async function endTree(
  connection: Connection,
  pid: number,
  { graceMs = GRACE_MS, ended = false }: { readonly graceMs?: number; readonly ended?: boolean } = {},
): Promise<TreeEnded> {
  const problem = (detail: string, cause?: unknown) =>
    new SandboxError(`Cannot end all of the process tree of ${pid}: ${detail}`, {
      code: "internal",
      sandboxId: connection.options.sandboxId,
      cause,
      hint: "What the process has started may run on: look for it with ps, and end it with kill, in the sandbox",
    });
  try {
    const { found, left } = await killTree(connection, { pid, graceMs, ended });
    if (left.length === 0) return { found };
    return { found, problem: problem(`${left.length === 1 ? "process" : "processes"} ${left.join(", ")} did not die`) };
  } catch (cause) {
    if (ended) throw cause;
    const found = await killOwned(connection, pid);
    return { found, problem: problem("only the process itself was killed, because no helper can be run", cause) };
  }
}
