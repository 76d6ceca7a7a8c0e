import { assert, assertEquals } from "@std/assert";
import { httpFailure } from "../../../src/connection/error_map/http.ts";

const CONTEXT = { what: "list processes", subject: "process", sandboxId: "default--s" } as const;

/** What the gateway answers by itself, the proxy in the manager's pod, and what stands before either. */
const REPLIES:
  readonly (readonly [status: number, body: string, name: string, code: string, again: "retryable" | "final"])[] = [
    [503, "sandbox gateway is not ready", "SandboxNotRunningError", "gateway_not_ready", "retryable"],
    [502, "sandbox not found: default--s", "NotFoundError", "sandbox_not_found", "final"],
    [502, "healthy sandbox not found: default--s", "SandboxNotRunningError", "sandbox_not_running", "final"],
    [401, "unauthorized: invalid or missing access token", "AuthenticationError", "unauthenticated", "final"],
    [403, "forbidden: invalid or missing traffic access token", "AuthenticationError", "forbidden", "final"],
    [403, "forbidden: traffic access token does not match sandbox", "AuthenticationError", "forbidden", "final"],
    [503, "service unavailable: traffic access token verifier is not ready", "SandboxError", "network", "retryable"],
    [400, "invalid sandbox port: 70000", "InvalidArgumentError", "invalid_argument", "final"],
    [502, "sandbox endpoint is not addressable", "SandboxError", "network", "retryable"],
    [502, "sandbox front address is invalid", "SandboxError", "network", "retryable"],
    [503, "sandbox wake failed", "SandboxError", "network", "retryable"],
    [500, "wake failed", "SandboxError", "internal", "final"],
    [503, "upstream connect error or disconnect/reset before headers", "SandboxError", "network", "retryable"],
    [503, "no healthy upstream", "SandboxError", "network", "retryable"],
    [504, "upstream request timeout", "SandboxError", "network", "retryable"],
    [502, "API Error: healthy sandbox default--s not found", "SandboxNotRunningError", "sandbox_not_running", "final"],
    [500, "API Error: failed to map request to sandbox", "SandboxError", "internal", "final"],
    [400, "API Error: invalid sandbox port", "InvalidArgumentError", "invalid_argument", "final"],
    [404, "404 page not found\n", "UnsupportedError", "unsupported", "final"],
    [405, "", "UnsupportedError", "unsupported", "final"],
    [415, "", "UnsupportedError", "unsupported", "final"],
    [408, "request timeout", "SandboxError", "network", "retryable"],
    [412, "", "InvalidArgumentError", "invalid_argument", "final"],
    [413, "payload too large", "InvalidArgumentError", "invalid_argument", "final"],
    [416, "invalid range: failed to overlap\n", "InvalidArgumentError", "invalid_argument", "final"],
    [418, "I'm a teapot", "SandboxError", "protocol", "final"],
    [429, "slow down", "SandboxError", "rate_limited", "retryable"],
    [500, "seeker can't seek\n", "SandboxError", "internal", "final"],
  ];

for (const [status, body, name, code, again] of REPLIES) {
  Deno.test(`httpFailure() takes ${status} ${JSON.stringify(body.trim())} for ${code}`, () => {
    const { error, nothingRan } = httpFailure(CONTEXT, { status }, body);
    assertEquals([error.name, error.code, error.retryable], [name, code, again === "retryable"]);
    assertEquals([error.status, error.sandboxId, nothingRan], [status, "default--s", code === "gateway_not_ready"]);
    assertEquals(error.message, `Cannot list processes: ${body.trim() || `the answer was HTTP ${status}`}`);
  });
}

Deno.test("httpFailure() says what to do about what a gateway refuses", () => {
  for (const [status, body, , code] of REPLIES.slice(0, 8)) {
    assert(httpFailure(CONTEXT, { status }, body).error.hint, `${code} has no hint`);
  }
});

Deno.test("httpFailure() shows nothing of a web page, and takes it for no sandbox's unless a proxy sends such", () => {
  const page = "\n<!DOCTYPE html><html><body>healthy sandbox not found: proxy error</body></html>";
  for (
    const [status, code] of [
      [400, "protocol"],
      [404, "protocol"],
      [500, "protocol"],
      [401, "unauthenticated"],
      [403, "forbidden"],
      [502, "network"],
      [503, "network"],
    ] as const
  ) {
    const { error } = httpFailure(CONTEXT, { status }, page);
    const message = `Cannot list processes: the answer was HTTP ${status} with a web page`;
    assertEquals([error.code, error.message], [code, message]);
  }
});

Deno.test("httpFailure() shows the first line of a text, and not all of a long one", () => {
  assertEquals(httpFailure(CONTEXT, { status: 500 }, "one\ntwo").error.message, "Cannot list processes: one");
  assertEquals(httpFailure(CONTEXT, { status: 500 }, "x".repeat(10_000)).error.message.length, 523);
});
