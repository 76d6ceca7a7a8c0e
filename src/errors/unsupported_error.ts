import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** This daemon, gateway or runtime cannot do it. */
export class UnsupportedError extends SandboxError {
  /** Always `unsupported`. */
  declare readonly code: "unsupported";

  /** Makes the error from a message, its code and what else is known. */
  constructor(message: string, options: SandboxErrorOptions) {
    super(message, options);
    this.name = "UnsupportedError";
  }
}
