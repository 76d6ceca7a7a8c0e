import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** The states of a sandbox, as the platform counts them. */
export type SandboxState = "running" | "paused" | "creating" | "available" | "dead";

/** The sandbox is there but does not run (paused, starting, dead), or the gateway in front of it is not ready yet. */
export class SandboxNotRunningError extends SandboxError {
  /** Which one. */
  declare readonly code: "sandbox_not_running" | "gateway_not_ready";
  /** Its state, where the control plane told. */
  declare readonly state?: SandboxState;

  /** Makes the error from a message, its code and what else is known. */
  constructor(message: string, options: SandboxErrorOptions & { state?: SandboxState | undefined }) {
    super(message, options);
    this.name = "SandboxNotRunningError";
    if (options.state !== undefined) this.state = options.state;
  }
}
