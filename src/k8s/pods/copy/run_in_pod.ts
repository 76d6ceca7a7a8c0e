import type { ExecHandle, ExecOptions } from "../exec/exec_handle.ts";

/** Runs commands in one container. */
export interface RunInPod {
  /** Names the pod for people: `the pod "box"`. */
  readonly where: string;
  /** Runs a command there. */
  exec(command: readonly string[], options: ExecOptions): Promise<ExecHandle>;
}
