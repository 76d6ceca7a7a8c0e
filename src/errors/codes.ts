import type { AuthenticationError } from "./authentication_error.ts";
import type { CommandExitError } from "./command_exit_error.ts";
import type { DisconnectedError } from "./disconnected_error.ts";
import type { InvalidArgumentError } from "./invalid_argument_error.ts";
import type { KubeConfigError } from "./kube_config_error.ts";
import type { KubeStatusError } from "./kube_status_error.ts";
import type { NotFoundError } from "./not_found_error.ts";
import type { OutputLimitError } from "./output_limit_error.ts";
import type { SandboxError } from "./sandbox_error.ts";
import type { SandboxNotRunningError } from "./sandbox_not_running_error.ts";
import type { TimeoutError } from "./timeout_error.ts";
import type { UnsupportedError } from "./unsupported_error.ts";

/** Every code, and the class that carries it. Codes are stable: branch on them rather than on messages. */
export interface SandboxErrorByCode {
  /** A command ended with another exit code than 0. */
  command_exit: CommandExitError;
  /** `requestTimeoutMs` ran out. */
  request_timeout: TimeoutError;
  /** `timeoutMs` of a command ran out; it was killed. */
  command_timeout: TimeoutError;
  /** The limit of a wait ran out. */
  wait_timeout: TimeoutError;
  /** A command printed more than `maxOutputBytes`; it was killed. */
  output_limit: OutputLimitError;
  /** A file holds more than `maxBytes`. */
  file_too_large: OutputLimitError;
  /** No such file or directory. */
  file_not_found: NotFoundError;
  /** No such process among those that the daemon started. */
  process_not_found: NotFoundError;
  /** The gateway knows no sandbox of this id. */
  sandbox_not_found: NotFoundError;
  /** No such job. */
  job_not_found: NotFoundError;
  /** No such code context. */
  context_not_found: NotFoundError;
  /** The token is missing or wrong. */
  unauthenticated: AuthenticationError;
  /** The traffic token is missing or wrong, or the operation is not allowed. */
  forbidden: AuthenticationError;
  /** The sandbox has no account of this name. */
  unknown_user: AuthenticationError;
  /** The sandbox is paused, starting or dead. */
  sandbox_not_running: SandboxNotRunningError;
  /** The gateway is starting or shutting down. */
  gateway_not_ready: SandboxNotRunningError;
  /** The daemon or gateway refused an argument. */
  invalid_argument: InvalidArgumentError;
  /** A directory was needed, and something else is there. */
  not_a_directory: InvalidArgumentError;
  /** A file was needed, and a directory is there. */
  is_a_directory: InvalidArgumentError;
  /** Something is there already. */
  already_exists: InvalidArgumentError;
  /** A command, a terminal, a job or a watch was lost before its end. */
  disconnected: DisconnectedError;
  /** This daemon, gateway or runtime cannot do it. */
  unsupported: UnsupportedError;
  /** The sandbox has no space left. */
  no_space: SandboxError;
  /** Too many requests. */
  rate_limited: SandboxError;
  /** The daemon failed. */
  internal: SandboxError;
  /** The answer is none that the protocol allows: a redirect, HTML, an oversized or cut-off frame. */
  protocol: SandboxError;
  /** The connection failed. */
  network: SandboxError;
  /** The server's certificate was refused. */
  tls: SandboxError;
  /** A claim ended with fewer sandboxes than asked for. */
  claim_incomplete: SandboxError;
  /** Nothing known. */
  unknown: SandboxError;
  /** The Kubernetes API server answered with a failure. */
  kube_status: KubeStatusError;
  /** No Kubernetes configuration could be used. */
  kube_config: KubeConfigError;
}

/** A code of {@linkcode SandboxErrorByCode}. */
export type SandboxErrorCode = keyof SandboxErrorByCode;
