import type { Bytes } from "../../../streams/bytes.ts";
import type { ExecHandle, ExecOptions } from "../exec/exec_handle.ts";
import type { ExecResult } from "./copy_failure.ts";

/** Runs commands in one container. */
export interface RunInPod {
  /** Names the pod for people: `the pod "box"`. */
  readonly where: string;
  /** Runs a command there. */
  exec(command: readonly string[], options: ExecOptions): Promise<ExecHandle>;
}

/** A command that is handing over what it copies. */
export interface RunningCopy {
  readonly handle: ExecHandle;
  readonly reader: ReadableStreamDefaultReader<Bytes>;
  readonly ended: Promise<ExecResult>;
  /** What was read of it already. */
  readonly first: Bytes;
}
