import { assertEquals, assertFalse } from "@std/assert";
import { stub } from "@std/testing/mock";
import { type Problem, problemOf, problemResponse, refuseMisuse } from "../../examples/worker/src/problem.ts";
import { STATUS } from "../../examples/worker/src/status.ts";
import { SandboxError, type SandboxErrorCode } from "../../mod.ts";

Deno.test("worker: every code of a sandbox error has a status of an error", () => {
  for (const [code, status] of Object.entries(STATUS)) {
    const error = new SandboxError("Cannot", { code: code as SandboxErrorCode, hint: "Try", retryable: true });
    assertEquals(problemOf(error), { status, code, detail: "Cannot", hint: "Try", retryable: true });
    const response = problemResponse(error);
    assertEquals([response.status, response.headers.get("Retry-After")], [status, "1"]);
    assertEquals(response.ok || response.status < 400, false);
  }
});

Deno.test("worker: of an error nobody expected the log alone tells", async () => {
  using log = stub(console, "error");
  const response = problemResponse(new Error("secret-1234"));
  assertEquals(response.status, 500);
  const body = await response.text();
  assertEquals(JSON.parse(body), { status: 500, code: "internal", detail: "The Worker failed", retryable: false });
  assertFalse(body.includes("secret"));
  assertEquals(log.calls.length, 1);
});

Deno.test("worker: misuse is the caller's mistake, anything else is not", () => {
  const thrown = (error: unknown): unknown => {
    try {
      refuseMisuse(error);
    } catch (caught) {
      return caught;
    }
  };
  for (const misuse of [new TypeError("no text"), new RangeError("too much")]) {
    const problem = thrown(misuse) as Problem;
    assertEquals([problem.status, problem.code, problem.message], [400, "invalid_request", misuse.message]);
  }
  const other = new Error("other");
  assertEquals(thrown(other), other);
});
