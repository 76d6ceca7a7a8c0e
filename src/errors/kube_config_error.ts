import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** A place that was tried for a configuration, and why it did not serve. */
export interface KubeConfigAttempt {
  /** The place: a file, a variable, the service account. */
  readonly source: string;
  /** Why not. */
  readonly reason: string;
}

/** No Kubernetes configuration could be used; `tried` lists every place and why it failed. */
export class KubeConfigError extends SandboxError {
  /** Always `kube_config`. */
  declare readonly code: "kube_config";
  /** Every place that was tried, in order. */
  readonly tried: readonly KubeConfigAttempt[];

  /** Makes the error from the places that were tried. */
  constructor(message: string, options: SandboxErrorOptions & { tried?: readonly KubeConfigAttempt[] | undefined }) {
    super(message, options);
    this.name = "KubeConfigError";
    this.tried = options.tried ?? [];
  }
}
