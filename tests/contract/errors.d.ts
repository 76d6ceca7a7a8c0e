/** What the errors of the entry "." promise. */

import type { Bytes, CommandResult } from "./contract.d.ts";

export interface SandboxErrorOptions {
  code: SandboxErrorCode;
  sandboxId?: string | undefined;
  status?: number | undefined;
  retryable?: boolean | undefined;
  hint?: string | undefined;
  cause?: unknown;
}
export class SandboxError extends Error {
  constructor(message: string, options: SandboxErrorOptions);
  readonly code: SandboxErrorCode;
  readonly sandboxId?: string;
  readonly status?: number;
  readonly retryable: boolean;
  readonly hint?: string;
}
export class CommandExitError extends SandboxError {
  readonly code: "command_exit";
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly errorMessage?: string;
  readonly result: CommandResult;
}
export class TimeoutError extends SandboxError {
  readonly code: "request_timeout" | "command_timeout" | "wait_timeout";
  readonly partial?: PartialResult;
}
export class OutputLimitError extends SandboxError {
  readonly code: "output_limit" | "file_too_large";
  readonly partial?: PartialResult;
}
export class NotFoundError extends SandboxError {
  readonly code: "file_not_found" | "process_not_found" | "sandbox_not_found" | "job_not_found" | "context_not_found";
}
export class AuthenticationError extends SandboxError {
  readonly code: "unauthenticated" | "forbidden" | "unknown_user";
}
export class SandboxNotRunningError extends SandboxError {
  readonly code: "sandbox_not_running" | "gateway_not_ready";
  readonly state?: SandboxState;
}
export class InvalidArgumentError extends SandboxError {
  readonly code: "invalid_argument" | "not_a_directory" | "is_a_directory" | "already_exists";
}
export interface PartialResult {
  readonly stdoutBytes: Bytes;
  readonly stderrBytes: Bytes;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncatedBytes: number;
}
export class DisconnectedError extends SandboxError {
  readonly code: "disconnected";
  readonly pid?: number;
  readonly partial?: PartialResult;
}
export class UnsupportedError extends SandboxError {
  readonly code: "unsupported";
}
export interface Status {
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly code?: number;
  readonly details?: unknown;
}
export type SandboxState = "running" | "paused" | "creating" | "available" | "dead";
export class KubeStatusError extends SandboxError {
  readonly code: "kube_status";
  readonly kubeStatus: Status;
  readonly reason: string;
}
export class KubeConfigError extends SandboxError {
  readonly code: "kube_config";
  readonly tried: readonly { readonly source: string; readonly reason: string }[];
}
export interface SandboxErrorByCode {
  command_exit: CommandExitError;
  request_timeout: TimeoutError;
  command_timeout: TimeoutError;
  wait_timeout: TimeoutError;
  output_limit: OutputLimitError;
  file_too_large: OutputLimitError;
  file_not_found: NotFoundError;
  process_not_found: NotFoundError;
  sandbox_not_found: NotFoundError;
  job_not_found: NotFoundError;
  context_not_found: NotFoundError;
  unauthenticated: AuthenticationError;
  forbidden: AuthenticationError;
  unknown_user: AuthenticationError;
  sandbox_not_running: SandboxNotRunningError;
  gateway_not_ready: SandboxNotRunningError;
  invalid_argument: InvalidArgumentError;
  not_a_directory: InvalidArgumentError;
  is_a_directory: InvalidArgumentError;
  already_exists: InvalidArgumentError;
  disconnected: DisconnectedError;
  unsupported: UnsupportedError;
  kube_status: KubeStatusError;
  kube_config: KubeConfigError;
  no_space: SandboxError;
  rate_limited: SandboxError;
  internal: SandboxError;
  protocol: SandboxError;
  network: SandboxError;
  tls: SandboxError;
  claim_incomplete: SandboxError;
  unknown: SandboxError;
}
export type SandboxErrorCode = keyof SandboxErrorByCode;
export function isSandboxError(error: unknown): error is SandboxError;
export function isSandboxError<C extends SandboxErrorCode>(
  error: unknown,
  code: C,
): error is SandboxErrorByCode[C] & { readonly code: C };
