import { AuthenticationError } from "../../errors/authentication_error.ts";
import type { SandboxErrorByCode } from "../../errors/codes.ts";
import { DisconnectedError } from "../../errors/disconnected_error.ts";
import { InvalidArgumentError } from "../../errors/invalid_argument_error.ts";
import { NotFoundError } from "../../errors/not_found_error.ts";
import { OutputLimitError } from "../../errors/output_limit_error.ts";
import { SandboxError, type SandboxErrorOptions } from "../../errors/sandbox_error.ts";
import { SandboxNotRunningError } from "../../errors/sandbox_not_running_error.ts";
import { TimeoutError } from "../../errors/timeout_error.ts";
import { UnsupportedError } from "../../errors/unsupported_error.ts";

/** What a call was about: it makes the first half of each error's message. */
export interface CallContext {
  /** What is being done, to what: `read file "/x"`. */
  readonly what: string;
  /** What a `not_found` is about. */
  readonly subject?: "file" | "process" | undefined;
  /** What to know where nobody can tell whether it was done: a hint for network errors. */
  readonly doubt?: string | undefined;
  /** A better hint where the connection is refused. */
  readonly ifRefused?: string | undefined;
  /** The sandbox it is done to. */
  readonly sandboxId?: string | undefined;
  /** Takes the secrets that were sent out of a server's words, which may repeat them. */
  readonly mask?: ((words: string) => string) | undefined;
}

/** A server's words as a message may say them: without secrets, and not longer than this. */
export function said({ mask }: CallContext, words: string, length: number = 1_000): string {
  // Masked before it is cut: half a secret would not be found.
  return (mask?.(words) ?? words).slice(0, length);
}

/** A code that this room maps something to. */
export type FailureCode = Exclude<
  keyof SandboxErrorByCode,
  "command_exit" | "kube_status" | "kube_config" | "command_timeout" | "wait_timeout" | "output_limit"
>;

/** What a failure means, before it becomes an error. */
export interface Meaning {
  readonly code: FailureCode;
  readonly hint?: string | undefined;
  readonly retryable?: boolean | undefined;
  /** The refusal proves that nothing ran: whatever the call was, it may be sent again. */
  readonly nothingRan?: boolean | undefined;
}

/** An error of a call, and whether the call may be sent again. */
export interface Failure {
  readonly error: SandboxError;
  readonly nothingRan: boolean;
}

/** Makes the error of a meaning. */
export function failure(
  context: CallContext,
  detail: string,
  meaning: Meaning,
  more: { readonly status?: number | undefined; readonly cause?: unknown } = {},
): Failure {
  const { code, retryable } = meaning;
  const hint = hintOf(context, meaning);
  const options = { code, hint, retryable, sandboxId: context.sandboxId, ...more };
  return {
    error: errorOf(`Cannot ${context.what}: ${detail}`, options),
    nothingRan: meaning.nothingRan ?? false,
  };
}

function hintOf({ doubt }: CallContext, { code, hint, nothingRan }: Meaning): string | undefined {
  if (doubt === undefined || code !== "network" || nothingRan) return hint;
  return hint === undefined ? doubt : `${hint}. ${doubt}`;
}

/** The class of a code. */
function errorOf(message: string, options: SandboxErrorOptions & { code: FailureCode }): SandboxError {
  switch (options.code) {
    case "file_not_found":
    case "process_not_found":
    case "sandbox_not_found":
    case "job_not_found":
    case "context_not_found":
      return new NotFoundError(message, options);
    case "unauthenticated":
    case "forbidden":
    case "unknown_user":
      return new AuthenticationError(message, options);
    case "sandbox_not_running":
    case "gateway_not_ready":
      return new SandboxNotRunningError(message, options);
    case "invalid_argument":
    case "not_a_directory":
    case "is_a_directory":
    case "already_exists":
      return new InvalidArgumentError(message, options);
    case "request_timeout":
      return new TimeoutError(message, options);
    case "file_too_large":
      return new OutputLimitError(message, options);
    case "disconnected":
      return new DisconnectedError(message, options);
    case "unsupported":
      return new UnsupportedError(message, options);
    default:
      return new SandboxError(message, options);
  }
}
