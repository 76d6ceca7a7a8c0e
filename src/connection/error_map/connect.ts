import { type CallContext, type Failure, failure, type Meaning, said } from "./failure.ts";
import { HINTS } from "./hints.ts";

/** A message of the daemon that says more than its code does. */
interface Row extends Meaning {
  readonly connect: readonly string[];
  readonly text: RegExp;
}

const INPUT_HINT = "The process was started without open input, has closed it, or ended: start it with stdin: true";

/**
 * Messages as recorded from envd 0.2.10 and 0.6.13. The first row that fits wins. They name paths, which may say
 * anything, so the words are looked for where the daemon puts its own.
 */
const MESSAGES: readonly Row[] = [
  {
    connect: ["unauthenticated"],
    text: /^invalid (default )?user(name)?:|unknown user/,
    code: "unknown_user",
    hint: HINTS.user,
  },
  { connect: ["unauthenticated"], text: /no user specified/, code: "unknown_user", hint: "Pass user or authHeader" },
  {
    connect: ["invalid_argument", "internal", "failed_precondition"],
    text:
      /(: not a directory|not a directory: %!w\(<nil>\))$|^path (already exists but it )?is not a directory: |^path is a file: /,
    code: "not_a_directory",
  },
  {
    connect: ["invalid_argument", "internal"],
    text: /: is a directory$|^path is a directory: /,
    code: "is_a_directory",
  },
  { connect: ["internal"], text: /: (file exists|directory not empty)$/, code: "already_exists" },
  {
    connect: ["internal", "unknown"],
    text: /: no space left on device$|not enough (disk space|inodes)/,
    code: "no_space",
  },
  {
    connect: ["internal"],
    text: /^error renaming: .*: invalid (argument|cross-device link)$/s,
    code: "invalid_argument",
    hint: "A directory cannot move into itself, and nothing moves across filesystems: copy it and remove the original",
  },
  {
    connect: ["internal"],
    text: /: tty not assigned to process/,
    code: "invalid_argument",
    hint: "It has no terminal",
  },
  {
    connect: ["internal"],
    text: /: tty assigned to process/,
    code: "invalid_argument",
    hint: "It has a terminal: pty.connect takes its input",
  },
  {
    connect: ["internal"],
    text: /^error writing to (stdin|tty): /,
    code: "invalid_argument",
    hint: INPUT_HINT,
  },
  { connect: ["internal", "unknown"], text: /process already finished/, code: "process_not_found" },
  { connect: ["unknown"], text: /cannot close stdin for PTY/, code: "invalid_argument", hint: "Send 0x04 instead" },
];

const CODES: Readonly<Record<string, Meaning>> = {
  canceled: { code: "network", retryable: true },
  unknown: { code: "unknown" },
  invalid_argument: { code: "invalid_argument" },
  deadline_exceeded: { code: "request_timeout", retryable: true },
  already_exists: { code: "already_exists" },
  permission_denied: { code: "forbidden" },
  resource_exhausted: { code: "rate_limited", retryable: true },
  failed_precondition: { code: "invalid_argument" },
  aborted: { code: "internal", retryable: true },
  out_of_range: { code: "invalid_argument" },
  unimplemented: { code: "unsupported", hint: "This daemon is older than the call" },
  internal: { code: "internal" },
  unavailable: { code: "network", retryable: true },
  data_loss: { code: "internal" },
  unauthenticated: { code: "unauthenticated", hint: HINTS.token },
};

/** What an error of the Connect protocol means; its code is one of the protocol's sixteen. */
export function connectFailure(
  context: CallContext,
  code: string,
  message: string,
  more: { readonly status?: number | undefined; readonly cause?: unknown } = {},
): Failure {
  const row = MESSAGES.find(({ connect, text }) => connect.includes(code) && text.test(message));
  return failure(context, said(context, withoutCommand(message) || code), row ?? codeMeaning(context, code), more);
}

/** The daemon repeats the whole command, with arguments that may be secrets or megabytes. */
function withoutCommand(message: string): string {
  return message.replace(/(error starting process) '[^]*'(?=: )/, "$1")
    .replace(/(error starting pty) with command '[^]*'(?= in dir )/, "$1");
}

function codeMeaning(context: CallContext, code: string): Meaning {
  if (code === "not_found") return { code: context.subject === "process" ? "process_not_found" : "file_not_found" };
  // The code is the server's word: it may be "constructor".
  return Object.hasOwn(CODES, code) ? CODES[code]! : { code: "protocol" };
}
