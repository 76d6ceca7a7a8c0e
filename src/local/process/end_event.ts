import type { MessageInitShape } from "@bufbuild/protobuf";
import { constants } from "node:os";
import type { ProcessEvent_EndEventSchema } from "../../../gen/process/process_pb.ts";

/** How a process ended, as services say it. */
export type EndEvent = MessageInitShape<typeof ProcessEvent_EndEventSchema>;

/** The kernel's words for the signals that have some. */
const SIGNAL_TEXTS: Readonly<Record<string, string>> = {
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGQUIT: "quit",
  SIGILL: "illegal instruction",
  SIGTRAP: "trace/breakpoint trap",
  SIGABRT: "aborted",
  SIGIOT: "aborted",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGKILL: "killed",
  SIGUSR1: "user defined signal 1",
  SIGSEGV: "segmentation fault",
  SIGUSR2: "user defined signal 2",
  SIGPIPE: "broken pipe",
  SIGALRM: "alarm clock",
  SIGTERM: "terminated",
};

/**
 * The end event of an exit. `(core dumped)` is never added: the runtimes do
 * not hand the wait status on.
 */
export function endEvent(
  code: number | null,
  signal: NodeJS.Signals | null,
): EndEvent {
  if (signal === null) {
    const exitCode = code ?? 0;
    const status = `exit status ${exitCode}`;
    return exitCode === 0 ? { exited: true, status } : { exitCode, exited: true, status, error: status };
  }
  const number = constants.signals[signal];
  const text = SIGNAL_TEXTS[signal] ?? `signal ${number ?? signal}`;
  const status = `signal: ${text}`;
  return { exitCode: -1, exited: false, status, error: status };
}

/** The signal that ended a process, if one did. */
export function endSignal({ exited, status }: EndEvent): NodeJS.Signals | undefined {
  if (exited !== false) return undefined;
  const text = status?.replace(/^signal: /, "") ?? "";
  const found = Object.entries(constants.signals).find(([name, number]) =>
    (SIGNAL_TEXTS[name] ?? `signal ${number}`) === text
  );
  return found?.[0] as NodeJS.Signals | undefined;
}
