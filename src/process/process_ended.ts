import { NotFoundError } from "../errors/not_found_error.ts";

/** The error of what comes too late for a process. `what`: the message from "Cannot" up to "process". */
export function processEnded(
  what: string,
  { pid, sandboxId }: { readonly pid: number; readonly sandboxId: string | undefined },
): NotFoundError {
  return new NotFoundError(`Cannot ${what} process ${pid}: it has ended`, { code: "process_not_found", sandboxId });
}
