import { SandboxError, type SandboxErrorOptions } from "./sandbox_error.ts";

/** What the Kubernetes API server answers instead of an object (`metav1.Status`). */
export interface Status {
  /** `Success` or `Failure`. */
  readonly status?: string;
  /** A word for programs, such as `NotFound`. */
  readonly reason?: string;
  /** A sentence for people. */
  readonly message?: string;
  /** The HTTP status. */
  readonly code?: number;
  /** What it is about. */
  readonly details?: unknown;
}

/** The Kubernetes API server answered with a failure; it carries the whole `Status`. */
export class KubeStatusError extends SandboxError {
  /** Always `kube_status`. */
  declare readonly code: "kube_status";
  /** The answer, whole. */
  readonly kubeStatus: Status;
  /** Its reason, such as `NotFound`; empty where it gives none. */
  readonly reason: string;

  /** Makes the error from the answer. */
  constructor(message: string, options: SandboxErrorOptions & { kubeStatus?: Status | undefined }) {
    super(message, options);
    this.name = "KubeStatusError";
    this.kubeStatus = options.kubeStatus ?? {};
    this.reason = this.kubeStatus.reason ?? "";
  }
}
