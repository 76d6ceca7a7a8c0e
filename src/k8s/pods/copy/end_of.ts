import type { ExecHandle } from "../exec/exec_handle.ts";
import type { ExecResult } from "./copy_failure.ts";

/** More of what a command says on standard error is not kept, in UTF-16 units. */
const MOST_TEXT = 64 * 1024;

/**
 * Waits for a command whose standard output somebody else reads. To be called before that begins, and in the same turn,
 * as nothing is kept for who comes late.
 */
export async function endOf(handle: ExecHandle): Promise<ExecResult> {
  let stderr = "";
  const onStderr = (text: string) => void (stderr += text.slice(0, MOST_TEXT - stderr.length));
  const result = await handle.wait({ check: false, capture: false, onStderr });
  return { ...result, stderr };
}
