import type { Status } from "../../../../mod.ts";
import { detailsOf } from "../../errors/status.ts";

/** How the server says that a command ended. */
export type ExecEnd =
  | { readonly exitCode: number; readonly error?: string }
  /** It could not be run, or nobody knows what became of it. */
  | { readonly failure: Status };

/** Reads what came on the status channel; undefined for what is none. */
export function readExecStatus(text: string): ExecEnd | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { status, reason, message } = value as Status;
  if (status === "Success") return { exitCode: 0 };
  if (status !== "Failure") return undefined;
  if (reason !== "NonZeroExitCode") return { failure: value };
  const cause = detailsOf(value).causes.find((cause) => cause.reason === "ExitCode") as
    | { message?: unknown }
    | undefined;
  const exitCode = /^\d{1,3}$/.test(String(cause?.message)) ? Number(cause!.message) : NaN;
  // One that is 0 contradicts itself.
  if (!(exitCode >= 1 && exitCode <= 255)) return { failure: value };
  return { exitCode, ...(typeof message === "string" && message !== "" && { error: message }) };
}
