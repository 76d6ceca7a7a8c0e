import { KubeStatusError, type Status } from "../../errors/kube_status_error.ts";
import { SandboxError } from "../../errors/sandbox_error.ts";
import { reasonOf } from "./reasons.ts";
import { failureStatus } from "./status.ts";
import { statusHint } from "./status_hint.ts";

/** What the answer was to. */
export interface AnswerContext {
  /** Completes "Cannot …". */
  readonly what: string;
  /** The HTTP method. */
  readonly method: string;
}

/** An answer that is a failure, read. */
export interface FailedAnswer {
  /** The HTTP status. */
  readonly status: number;
  /** What `Content-Type` says. */
  readonly contentType: string;
  /** The body, as far as it was read; empty where it is binary. */
  readonly text: string;
  /** What `Retry-After` says, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
}

/** The most of a text that is no `Status` which is repeated. */
const MOST_TEXT = 2048;

/** The error of an answer with another status than 2xx. */
export function answerError(context: AnswerContext, answer: FailedAnswer): SandboxError {
  const status = failureStatus(parsed(answer.text));
  if (status !== undefined) return statusError(context, status, answer.status);
  if (isHtml(answer)) return htmlError(context, answer.status);
  return statusError(context, madeStatus(context, answer), answer.status, false);
}

/** The error of a `Status`, be it an answer or an event. */
export function statusError(
  context: AnswerContext,
  kubeStatus: Status,
  httpStatus: number,
  isStatus: boolean = true,
): KubeStatusError {
  const code = typeof kubeStatus.code === "number" ? kubeStatus.code : httpStatus;
  const message = kubeStatus.message || kubeStatus.reason || `the API server answered ${code}`;
  return new KubeStatusError(`Cannot ${context.what}: ${cut(message)}`, {
    code: "kube_status",
    status: code,
    retryable: code === 429 || code >= 500,
    hint: statusHint(kubeStatus, code, isStatus),
    kubeStatus,
  });
}

/** The error of a page for people where an object was expected. */
export function htmlError(context: AnswerContext, status: number): SandboxError {
  return new SandboxError(`Cannot ${context.what}: answered ${status} with a page for people, not with an object`, {
    code: "protocol",
    status,
    retryable: status === 502 || status === 503 || status === 504,
    hint: "A proxy or another server answered: check the server of the kubeconfig and its proxy",
  });
}

/** Whether an answer is a page for people. */
export function isHtml({ contentType, text }: { contentType: string; text: string }): boolean {
  return /html/i.test(contentType) || /^\s*<(!doctype|html|head|body)/i.test(text);
}

/** What the server would have said as a `Status`. */
function madeStatus(context: AnswerContext, answer: FailedAnswer): Status {
  const { status, text, retryAfterSeconds } = answer;
  const reason = reasonOf(status, context.method);
  return {
    status: "Failure",
    code: status,
    message: text.trim().slice(0, MOST_TEXT),
    ...(reason === "" ? {} : { reason }),
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
  };
}

function cut(message: string): string {
  return message.length <= MOST_TEXT ? message : `${message.slice(0, MOST_TEXT)}…`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
