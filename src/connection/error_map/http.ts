import { connectFailure } from "./connect.ts";
import { type CallContext, type Failure, failure, type Meaning, said } from "./failure.ts";
import { gatewayReply } from "./gateway.ts";
import { HINTS } from "./hints.ts";

/** Answers of the daemon's plain HTTP routes that say more than their status does; the paths in them may say anything. */
const MESSAGES: readonly (Meaning & { readonly status: number; readonly text: RegExp })[] = [
  {
    status: 401,
    text: /unknown user|invalid username|error looking up user/,
    code: "unknown_user",
    hint: HINTS.user,
  },
  { status: 400, text: /^path '.*' is a directory$|^path is a directory: /s, code: "is_a_directory" },
  { status: 500, text: /: not a directory$|^error ensuring directories: path is a file: /, code: "not_a_directory" },
  { status: 500, text: /: no space left on device$|not enough (disk space|inodes)/, code: "no_space" },
];

/** What only a daemon says that takes raw bytes, when it gets some without a path. */
const PATH_DEMANDED: Meaning & { readonly status: number; readonly text: RegExp } = {
  status: 400,
  text: /^path query parameter is required/,
  code: "invalid_argument",
};

const STATUSES: Readonly<Record<number, Meaning>> = {
  400: { code: "invalid_argument" },
  401: { code: "unauthenticated", hint: HINTS.token },
  403: { code: "forbidden" },
  404: { code: "file_not_found" },
  406: { code: "unsupported" },
  409: { code: "already_exists" },
  412: { code: "invalid_argument" },
  416: { code: "invalid_argument" },
  429: { code: "rate_limited", retryable: true },
  507: { code: "no_space", hint: "Remove files in the sandbox, or give it more disk" },
};

/** A web page with one of these may come from a proxy on the way; with any other it is no sandbox that answers. */
const PROXY_STATUSES: ReadonlySet<number> = new Set([401, 403, 429, 502, 503, 504]);

const WEB_SERVER: Meaning = {
  code: "protocol",
  hint: HINTS.notADaemon,
};

/** What an answer means that is not 2xx: by the daemon, by its RPC library, or by something in front of it. */
export function httpFailure(
  context: CallContext,
  { status, type, location }: ResponseHead,
  body: string,
): Failure {
  if (isRedirect({ status, type })) {
    const where = location ? ` to ${hostOf(said(context, location, Infinity))}` : "";
    return failure(context, `redirected${where}, which is not followed`, {
      code: "protocol",
      hint: HINTS.redirect,
    }, { status });
  }
  const answer = jsonAnswer(body);
  if (typeof answer?.code === "string") {
    return connectFailure(context, answer.code, answer.message, { status });
  }
  if (typeof answer?.code === "number") {
    const row = [PATH_DEMANDED, ...MESSAGES].find((row) => row.status === status && row.text.test(answer.message));
    const meaning = row ?? STATUSES[status] ?? byClass(status);
    const failed = failure(context, said(context, answer.message), meaning, { status });
    if (row === PATH_DEMANDED) demanding.add(failed.error);
    return failed;
  }
  const html = looksLikeHtml(body);
  const text = html ? "" : firstLine(body);
  const meaning = html && !PROXY_STATUSES.has(status) ? WEB_SERVER : gatewayReply(status, text);
  const words = said(context, text, 500) || `the answer was HTTP ${status}${html ? " with a web page" : ""}`;
  return failure(context, words, meaning, { status });
}

const demanding = new WeakSet<object>();

/** Whether an error says that raw bytes were welcome, and only lacked a path. */
export function demandsPath(error: object): boolean {
  return demanding.has(error);
}

/** What is looked at of an answer. */
export interface ResponseHead {
  readonly status: number;
  readonly type?: ResponseType | undefined;
  readonly location?: string | null | undefined;
}

/** Whether an answer is a redirect; browsers show one that is not followed as opaque. */
export function isRedirect({ status, type }: ResponseHead): boolean {
  return type === "opaqueredirect" || (status >= 300 && status < 400 && status !== 304);
}

/** The JSON of an error, from its first line: 0.2.10 may put a second value behind it. */
function jsonAnswer(body: string): { readonly code: unknown; readonly message: string } | undefined {
  for (const text of [body, body.slice(0, Math.max(0, body.indexOf("\n")))]) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== "object" || value === null) continue;
      const { code, message, error } = value as Record<string, unknown>;
      return { code, message: [message, error].find((words) => typeof words === "string") as string ?? "" };
    } catch {
      // Not JSON.
    }
  }
  return undefined;
}

function byClass(status: number): Meaning {
  return { code: status >= 500 ? "internal" : "protocol" };
}

function hostOf(location: string): string {
  return URL.canParse(location) ? new URL(location).host : "another path";
}

function looksLikeHtml(body: string): boolean {
  return /^\s*<(!doctype|html|head|body)/i.test(body);
}

/** The first line, as far as it is text: what a terminal would obey is left out. */
function firstLine(body: string): string {
  const text = body.slice(0, 2_000).replace(/(?:(?!\n)[\p{Cc}\ufffd])+/gu, " ");
  return text.trim().split("\n", 1)[0]!.trim();
}
