import { assertEquals } from "@std/assert";
import { httpFailure, isRedirect } from "../../../src/connection/error_map/http.ts";

const CONTEXT = { what: "read it", subject: "file" } as const;

function failureOf(
  status: number,
  message: string,
  more: string = "",
): { name: string; code: string; message: string } {
  return httpFailure(CONTEXT, { status }, `${JSON.stringify({ code: status, message })}\n${more}`).error;
}

/** Recorded from envd 0.2.10 and 0.6.13, where nothing else is said. */
const ANSWERS = [
  [
    401,
    "unauthorized access, please provide a valid access token or method signing if supported",
    "AuthenticationError",
    "unauthenticated",
  ],
  [401, "envd not initialized", "AuthenticationError", "unauthenticated"],
  [401, "access token present in header but does not match", "AuthenticationError", "unauthenticated"],
  [401, "missing signature query parameter", "AuthenticationError", "unauthenticated"],
  [401, "error looking up user 'nobody-here': user: unknown user nobody-here", "AuthenticationError", "unknown_user"],
  [400, "path '/tmp/d' is a directory", "InvalidArgumentError", "is_a_directory"],
  [400, "path is a directory: /tmp/d", "InvalidArgumentError", "is_a_directory"],
  [
    400,
    "error expanding and resolving path '~node/x': failed to expand path '' for user 'user': cannot expand user-specific home dir",
    "InvalidArgumentError",
    "invalid_argument",
  ],
  [404, "path '/tmp/none' does not exist", "NotFoundError", "file_not_found"],
  [
    406,
    "error parsing Accept-Encoding: no acceptable encoding found, supported: [gzip]",
    "UnsupportedError",
    "unsupported",
  ],
  [
    500,
    "error checking if path exists '/f/below': stat /f/below: not a directory",
    "InvalidArgumentError",
    "not_a_directory",
  ],
  [500, "error ensuring directories: path is a file: /tmp/f", "InvalidArgumentError", "not_a_directory"],
  [500, "error reading file: unexpected EOF", "SandboxError", "internal"],
  [500, "error writing file: write /tmp/f: no space left on device", "SandboxError", "no_space"],
  [507, "attempted to write 5 bytes: not enough disk space available", "SandboxError", "no_space"],
  [507, "not enough inodes available: 0", "SandboxError", "no_space"],
] as const;

for (const [status, message, name, code] of ANSWERS) {
  Deno.test(`httpFailure() takes ${status} "${message.slice(0, 60)}" for ${code}`, () => {
    const error = failureOf(status, message);
    assertEquals([error.name, error.code, error.message], [name, code, `Cannot read it: ${message}`]);
  });
}

Deno.test("httpFailure() is not led astray by what a path says", () => {
  assertEquals(failureOf(400, "error expanding and resolving path '~a is a directory': no").code, "invalid_argument");
  assertEquals(failureOf(500, "error opening file '/not a directory/x': permission denied").code, "internal");
  assertEquals(failureOf(500, "error creating file: open /no space left on device/x: bad").code, "internal");
  assertEquals(failureOf(400, "path '/a\nb' is a directory").code, "is_a_directory");
});

Deno.test("httpFailure() reads the first of two JSON values, as 0.2.10 sends them", () => {
  assertEquals(failureOf(500, "error reading form: multipart: NextPart: EOF", '[{"name":"a"}]').code, "internal");
});

Deno.test("httpFailure() takes a JSON code that is a word for one of the Connect protocol", () => {
  const body = JSON.stringify({ code: "unauthenticated", message: "invalid username: 'nobody-here'" });
  const { error } = httpFailure(CONTEXT, { status: 401 }, body);
  assertEquals([error.code, error.status], ["unknown_user", 401]);
});

Deno.test("httpFailure() judges other JSON by the status", () => {
  for (const body of ["{}", "[]", "null", "5", '"text"', '{"code":null}', '{"code":{"a":1}}']) {
    assertEquals(httpFailure(CONTEXT, { status: 503 }, body).error.code, "network");
  }
  assertEquals(failureOf(402, "pay").code, "protocol");
  assertEquals(failureOf(599, "odd").code, "internal");
});

Deno.test("httpFailure() names the host of a redirect, not its path", () => {
  const location = "https://login.test/sso?token=secret";
  const { error } = httpFailure(CONTEXT, { status: 302, location }, "");
  assertEquals([error.code, error.message], [
    "protocol",
    "Cannot read it: redirected to login.test, which is not followed",
  ]);
  assertEquals(
    httpFailure(CONTEXT, { status: 301, location: "/x" }, "").error.message,
    "Cannot read it: redirected to another path, which is not followed",
  );
  assertEquals(httpFailure(CONTEXT, { status: 0, type: "opaqueredirect" }, "").error.code, "protocol");
});

Deno.test("isRedirect() is true for every 3xx but 304", () => {
  assertEquals([301, 302, 303, 307, 308].map((status) => isRedirect({ status })), [true, true, true, true, true]);
  assertEquals([200, 299, 304, 400].map((status) => isRedirect({ status })), [false, false, false, false]);
  assertEquals(isRedirect({ status: 0, type: "opaqueredirect" }), true);
});
