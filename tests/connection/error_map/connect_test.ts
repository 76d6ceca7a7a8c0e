import { assertEquals } from "@std/assert";
import { connectFailure } from "../../../src/connection/error_map/connect.ts";

function codeOf(code: string, message: string, subject: "file" | "process" = "file"): string {
  return connectFailure({ what: "do it", subject }, code, message).error.code;
}

/** Recorded from envd 0.2.10 and 0.6.13; the last column is what they mean. */
const MESSAGES = [
  ["unauthenticated", "invalid username: 'nobody-here'", "unknown_user"],
  ["unauthenticated", "invalid default user: 'gone'", "unknown_user"],
  ["unauthenticated", "no user specified", "unknown_user"],
  ["unauthenticated", "", "unauthenticated"],
  ["not_found", "file not found: lstat /none: no such file or directory", "file_not_found"],
  ["already_exists", "directory already exists: /tmp/d", "already_exists"],
  ["invalid_argument", "path already exists but it is not a directory: /tmp/f", "not_a_directory"],
  ["invalid_argument", "path is not a directory: /tmp/f", "not_a_directory"],
  ["invalid_argument", "path /tmp/f not a directory: %!w(<nil>)", "not_a_directory"],
  ["invalid_argument", "error starting process '/bin/pwd': fork/exec /bin/pwd: not a directory", "not_a_directory"],
  ["invalid_argument", "cwd '/tmp/none' does not exist", "invalid_argument"],
  ["invalid_argument", "error starting process '': exec: no command", "invalid_argument"],
  ["internal", "error getting file info: stat /tmp/f/sub: not a directory", "not_a_directory"],
  ["internal", "error resolving symlink: not a directory", "not_a_directory"],
  ["internal", "path is a file: /tmp/f", "not_a_directory"],
  ["internal", "error renaming: rename /a /b: file exists", "already_exists"],
  ["internal", "failed to create directory: mkdir /tmp/broken: file exists", "already_exists"],
  ["internal", "error renaming: rename /d /d/inside: invalid argument", "invalid_argument"],
  ["internal", "error renaming: rename /a /b: invalid cross-device link", "invalid_argument"],
  ["internal", "failed to create directory: mkdir /x: no space left on device", "no_space"],
  ["internal", "error writing to stdin: stdin not enabled or closed", "invalid_argument"],
  [
    "internal",
    "error writing to stdin: error writing to stdin of process '7': write |1: broken pipe",
    "invalid_argument",
  ],
  [
    "internal",
    "error writing to tty: tty not assigned to process — input should be written to the stdin, not the tty",
    "invalid_argument",
  ],
  [
    "internal",
    "error writing to stdin: tty assigned to process — input should be written to the pty, not the stdin",
    "invalid_argument",
  ],
  ["internal", "error resizing tty: tty not assigned to process", "invalid_argument"],
  ["internal", "error sending signal: os: process already finished", "process_not_found"],
  [
    "unknown",
    "error closing stdin: cannot close stdin for PTY process — send Ctrl+D (0x04) instead",
    "invalid_argument",
  ],
  ["internal", "failed to chown directory: chown /b: no such file or directory", "internal"],
  ["failed_precondition", 'cyclic symlink or chain >255 links at "/tmp/loop"', "invalid_argument"],
  ["deadline_exceeded", "context deadline exceeded", "request_timeout"],
  ["unimplemented", "invalid signal: SIGNAL_UNSPECIFIED", "unsupported"],
] as const;

for (const [code, message, expected] of MESSAGES) {
  Deno.test(`connectFailure() takes ${code} "${message.slice(0, 60)}" for ${expected}`, () => {
    assertEquals(codeOf(code, message), expected);
  });
}

Deno.test("connectFailure() does not repeat the command of a terminal, which may hold secrets", () => {
  const command =
    "error starting pty with command '/bin/sh -c x in dir y' in dir '/none' with '80' cols and '24' rows: no";
  const { error } = connectFailure({ what: "do it", subject: "process" }, "invalid_argument", command);
  assertEquals(error.message, "Cannot do it: error starting pty in dir '/none' with '80' cols and '24' rows: no");
});

Deno.test("connectFailure() knows what a not_found is about", () => {
  assertEquals(codeOf("not_found", "process with pid 999999 not found", "process"), "process_not_found");
});

/** Names are the user's: they may say anything. */
const LED_ASTRAY = [
  ["invalid_argument", "cwd '/path is a file: x' does not exist", "invalid_argument"],
  ["invalid_argument", "cwd '/not a directory' does not exist", "invalid_argument"],
  ["invalid_argument", "cwd '/is a directory' does not exist", "invalid_argument"],
  ["internal", "error renaming: rename /not a directory /x: file exists", "already_exists"],
  ["internal", "error renaming: rename /file exists /file exists/x: invalid argument", "invalid_argument"],
  ["internal", "error renaming: rename /a\nb /a\nb/c: invalid argument", "invalid_argument"],
  ["internal", "error removing file or directory: unlinkat /no space left: device or resource busy", "internal"],
] as const;

for (const [code, message, expected] of LED_ASTRAY) {
  Deno.test(`connectFailure() is not led astray by the name in ${JSON.stringify(message)}`, () => {
    assertEquals(codeOf(code, message), expected);
  });
}

/** The sixteen of the protocol. */
const CODES = {
  canceled: ["network", true],
  unknown: ["unknown", false],
  invalid_argument: ["invalid_argument", false],
  deadline_exceeded: ["request_timeout", true],
  not_found: ["file_not_found", false],
  already_exists: ["already_exists", false],
  permission_denied: ["forbidden", false],
  resource_exhausted: ["rate_limited", true],
  failed_precondition: ["invalid_argument", false],
  aborted: ["internal", true],
  out_of_range: ["invalid_argument", false],
  unimplemented: ["unsupported", false],
  internal: ["internal", false],
  unavailable: ["network", true],
  data_loss: ["internal", false],
  unauthenticated: ["unauthenticated", false],
} as const;

for (const [code, [expected, retryable]] of Object.entries(CODES)) {
  Deno.test(`connectFailure() takes ${code} for ${expected}`, () => {
    const { error, nothingRan } = connectFailure({ what: "do it" }, code, "");
    assertEquals([error.code, error.retryable, nothingRan], [expected, retryable, false]);
    assertEquals(error.message, `Cannot do it: ${code}`);
  });
}

Deno.test("connectFailure() takes a code that is none of the protocol's for a broken protocol", () => {
  for (const code of ["teapot", "", "constructor", "__proto__", "toString"]) {
    assertEquals(codeOf(code, "hm"), "protocol");
  }
});
