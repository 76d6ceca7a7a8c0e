import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { type InputFile, inputFile, isEmpty } from "../process/input_file.ts";
import type { Session } from "../process/session.ts";
import type { InputData } from "../streams/input_data.ts";
import { openSource, type Source } from "../streams/source.ts";
import type { ProcessCalls } from "./process_calls.ts";

/** What a command gets as its standard input. */
export type StdinPlan =
  | { readonly kind: "none" | "open" }
  /** Data that is sent while the command runs, to a daemon that can end the input after it. */
  | { readonly kind: "feed"; readonly data: InputData }
  /** Data that goes into a file first, for a daemon that cannot. */
  | { readonly kind: "file" } & InputFile;

/** Chooses how the input reaches the command. */
export async function planStdin(
  stdin: boolean | InputData | undefined,
  canClose: () => Promise<boolean>,
): Promise<StdinPlan> {
  if (stdin === undefined || stdin === false) return { kind: "none" };
  if (stdin === true) return { kind: "open" };
  if (isEmpty(stdin)) return { kind: "none" };
  if (await canClose()) return { kind: "feed", data: stdin };
  return { kind: "file", ...inputFile(stdin) };
}

/**
 * Feeds a process in the background and ends its input. A process that takes no more input, or has ended, is no error;
 * when the source fails, the process is killed and ends with the source's error. It goes on when the handle is
 * disconnected: the process is then left alone, not half fed.
 */
export async function feed(session: Session, calls: ProcessCalls, data: InputData): Promise<void> {
  let over = false;
  session.onOver(() => over = true);
  try {
    await pour(openSource(data), session, calls);
  } catch (error) {
    if (!over) await session.stop(() => error);
  }
}

async function pour(source: Source, session: Session, calls: ProcessCalls): Promise<void> {
  const over = new AbortController();
  session.onOver(() => {
    over.abort();
    source.cancel(over.signal.reason);
  });
  const { signal } = over;
  try {
    // A process may take its time to read; the end of its input waits for nobody.
    for (let piece = await source.next(); piece !== undefined; piece = await source.next()) {
      if (!await taken(calls.sendStdin(session.pid, piece, { signal, requestTimeoutMs: 0 }))) return;
    }
    await taken(calls.closeStdin(session.pid, { signal }));
  } finally {
    source.cancel(undefined);
  }
}

/** Whether a process took its input; false where it has closed it, or ended. */
async function taken(sending: Promise<void>): Promise<boolean> {
  try {
    await sending;
    return true;
  } catch (error) {
    if (isSandboxError(error, "process_not_found")) return false;
    // The daemon says so with a 500. A gateway's 400 is none of the process, which would wait for the rest for ever.
    if (isSandboxError(error, "invalid_argument") && error.status === 500) return false;
    throw error;
  }
}
