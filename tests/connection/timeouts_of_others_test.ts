import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { createRpc, type Rpc } from "../../src/connection/rpc.ts";
import type { RpcCall } from "../../src/connection/transport.ts";
import { AuthenticationError } from "../../src/errors/authentication_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { FakeDaemon } from "../process/fake_daemon.ts";
import { type Answer, FakeFetch, fetcherOf, OK } from "./fake_fetch.ts";

const CALL: RpcCall = { what: "list processes", subject: "process", timeoutMs: 0 };

function rpcOf(...answers: Answer[]): Rpc {
  return createRpc(fetcherOf(new FakeFetch(...answers), { retry: false }), 10_000);
}

Deno.test("a unary answer that says deadline_exceeded is a request_timeout", async () => {
  const rpc = rpcOf(Response.json({ code: "deadline_exceeded", message: "too slow" }, { status: 504 }));
  const error = await assertRejects(() => rpc.process.list({}, CALL), TimeoutError);
  assertEquals([error.code, error.status], ["request_timeout", 504]);
  assertEquals(error.message, "Cannot list processes: too slow");
});

for (const name of ["TimeoutError", "AbortError"]) {
  Deno.test(`a token function's own ${name} is the cause of the error, of a unary call and of a stream`, async () => {
    const cause = new DOMException("the vault is slow", name);
    const daemon = new FakeDaemon();
    const runtimeToken = () => Promise.reject(cause);
    const { commands } = daemon.client({ runtimeToken });
    for (const call of [() => commands.list(), () => commands.run(["true"])]) {
      const error = await assertRejects(call, AuthenticationError);
      assertEquals(error.code, "unauthenticated");
      assertStrictEquals(error.cause, cause);
    }
    assertEquals(daemon.calls, []);
  });
}

for (const name of ["TimeoutError", "AbortError"]) {
  Deno.test(`a unary answer that breaks with an ${name} nobody asked for is a network error`, async () => {
    const cause = new DOMException("theirs", name);
    const broken = () => {
      const body = new ReadableStream({ pull: (controller) => controller.error(cause) });
      return new Response(body, { headers: { "content-type": "application/proto" } });
    };
    const error = await assertRejects(() => rpcOf(broken).process.list({}, CALL), SandboxError);
    assertEquals(error.code, "network");
    assertStrictEquals(error.cause, cause);
  });
}

/** A token function that never answers the first time. */
function hanging(): { source: () => Promise<string>; asked(): number } {
  let asked = 0;
  return { source: () => ++asked === 1 ? new Promise(() => {}) : Promise.resolve("token"), asked: () => asked };
}

Deno.test("a token function that never answers once is asked again by the next unary call", async () => {
  const { source, asked } = hanging();
  const { commands } = new FakeDaemon().client({ runtimeToken: source, requestTimeoutMs: 5 });
  assertEquals((await assertRejects(() => commands.list(), TimeoutError)).code, "request_timeout");
  assertEquals(await commands.list({ requestTimeoutMs: 0 }), []);
  assertEquals(asked(), 2);
});

Deno.test("a token function that never answers once is asked again by the next command", async () => {
  const { source, asked } = hanging();
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).end();
  const { commands } = daemon.client({ runtimeToken: source, requestTimeoutMs: 5 });
  const error = await assertRejects(() => commands.run(["true"]), TimeoutError);
  assertEquals(error.code, "request_timeout");
  assertEquals((await commands.run(["true"], { requestTimeoutMs: 0 })).exitCode, 0);
  assertEquals([asked(), daemon.calls], [2, ["Start"]]);
});

Deno.test("a token function that is aborted while it hangs is asked again, and the other caller still has its answer", async () => {
  let asked = 0;
  const first = Promise.withResolvers<string>();
  const fake = new FakeFetch(OK);
  const fetcher = fetcherOf(fake, { runtimeToken: () => ++asked === 1 ? first.promise : "second" });
  const controller = new AbortController();
  const call = { what: "read it", operation: "files.read", method: "GET", path: "/files" } as const;
  const given = assertRejects(() => fetcher.send({ ...call, signal: controller.signal }));
  const patient = fetcher.send(call);
  controller.abort(new Error("enough"));
  await given;
  await fetcher.send(call);
  first.resolve("first");
  await patient;
  assertEquals([asked, fake.header("x-access-token")], [2, ["second", "first"]]);
});
