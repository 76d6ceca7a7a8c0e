import { CommandExitError } from "../errors/command_exit_error.ts";
import type { CommandResult } from "../errors/command_result.ts";

/** The result, or the error that carries it. */
export function checked(
  name: string,
  result: CommandResult,
  check: boolean,
  { sandboxId }: { readonly sandboxId: string | undefined },
): CommandResult {
  if (!check || result.exitCode === 0) return result;
  const end = result.signal === undefined ? `exit code ${result.exitCode}` : `killed by ${result.signal}`;
  const words = result.stderr.trim().split("\n").at(-1)!.slice(0, 200);
  throw new CommandExitError(`Cannot complete ${name}: ${end}${words ? `: ${words}` : ""}`, {
    code: "command_exit",
    sandboxId,
    result,
    hint: "Pass check: false to get the result instead",
  });
}
