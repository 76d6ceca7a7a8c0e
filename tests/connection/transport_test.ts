import { sentBytes } from "./sent_bytes.ts";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertFalse, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { ListResponseSchema, SendSignalRequestSchema, StartRequestSchema } from "../../gen/process/process_pb.ts";
import { createRpc, type Rpc } from "../../src/connection/rpc.ts";
import type { RpcCall } from "../../src/connection/transport.ts";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { NotFoundError } from "../../src/errors/not_found_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { type Answer, FakeFetch, fetcherOf, NOT_READY, RESET, UNAVAILABLE } from "./fake_fetch.ts";
import { body, end, event, frame, join } from "./frames.ts";

const CALL: RpcCall = { what: "list processes", subject: "process", sandboxId: "default--s", timeoutMs: 0 };
const LISTED = toBinary(ListResponseSchema, create(ListResponseSchema, { processes: [{ pid: 7, tag: "a" }] }));

function rpcOf(...answers: Answer[]): { rpc: Rpc; fake: FakeFetch } {
  const fake = new FakeFetch(...answers);
  return { fake, rpc: createRpc(fetcherOf(fake), 10_000) };
}

function proto(bytes: Uint8Array<ArrayBuffer>, type: string = "application/proto"): Response {
  return new Response(bytes, { headers: { "content-type": type } });
}

const list = (rpc: Rpc, call: RpcCall = CALL, signal?: AbortSignal) => rpc.process.list({}, call, signal);

async function start(rpc: Rpc, signal?: AbortSignal): Promise<string[]> {
  const request = { process: { cmd: "true", args: [], envs: {} } };
  const headers = { "keepalive-ping-interval": "50" };
  const call = { ...CALL, what: "start it", authorization: "Basic cm9vdDo=" };
  const messages = await rpc.process.start(request, call, { signal, headers });
  const cases: string[] = [];
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    cases.push(next.value.event?.event?.$case ?? "none");
  }
  return cases;
}

Deno.test("Transport.unary(): a call goes out in binary, and its answer is decoded", async () => {
  const { rpc, fake } = rpcOf(proto(LISTED));
  const { processes } = await rpc.process.list({}, { ...CALL, authorization: "Basic eDo=" });
  assertEquals(processes.map(({ pid, tag }) => [pid, tag]), [[7, "a"]]);
  const [{ url, init, headers }] = fake.sent as [FakeFetch["sent"][0]];
  assertEquals([url, init.method], ["http://sandbox.test/process.Process/List", "POST"]);
  assertEquals(headers.get("content-type"), "application/proto");
  assertEquals(headers.get("authorization"), "Basic eDo=");
  assertEquals(headers.get("connect-protocol-version"), "1");
  assertFalse(headers.has("connect-timeout-ms"));
});

Deno.test("Transport.unary(): a call that is repeated sends the same message", async () => {
  const { rpc, fake } = rpcOf(NOT_READY, proto(new Uint8Array()));
  await rpc.process.sendSignal({ process: { selector: { $case: "pid", value: 9 } }, signal: 9 }, CALL);
  const bodies = await Promise.all(fake.sent.map(({ init }) => sentBytes(init)));
  const pids = bodies.map((body) => fromBinary(SendSignalRequestSchema, body).process?.selector.value);
  assertEquals(pids, [9, 9]);
});

Deno.test("Transport.unary(): only idempotent calls are repeated after a network error", async () => {
  const listing = rpcOf(RESET, UNAVAILABLE, proto(LISTED));
  assertEquals((await list(listing.rpc)).processes.length, 1);
  const signal = rpcOf(RESET, proto(new Uint8Array()));
  const error = await assertRejects(() => signal.rpc.process.sendSignal({ signal: 9 }, CALL), SandboxError);
  assertEquals([error.code, signal.fake.sent.length], ["network", 1]);
});

Deno.test("Transport.unary(): an error of the daemon comes as it was mapped", async () => {
  const message = "process with pid 7 not found";
  const { rpc } = rpcOf(Response.json({ code: "not_found", message }, { status: 404 }));
  const error = await assertRejects(() => list(rpc), NotFoundError, `Cannot list processes: ${message}`);
  assertEquals([error.code, error.status, error.sandboxId], ["process_not_found", 404, "default--s"]);
});

Deno.test("Transport.unary(): an answer that is no protobuf, of another type, or too large is a broken protocol", async () => {
  for (
    const [answer, words] of [
      [proto(Uint8Array.of(0x0a, 0xff)), "a message that cannot be decoded"],
      [proto(Uint8Array.of(0x0a, 3, 0x1a, 1, 0xff)), "a message that cannot be decoded"],
      [proto(LISTED, "application/json"), "the answer is application/json"],
      [proto(new Uint8Array(10_001)), "larger than 10000 bytes"],
    ] as const
  ) {
    const error = await assertRejects(() => list(rpcOf(answer).rpc), SandboxError, words);
    assertEquals(error.code, "protocol");
  }
});

Deno.test("Transport.unary(): the signal's own reason, whatever the answer does", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const { rpc, fake } = rpcOf(() => {
    queueMicrotask(() => controller.abort(reason));
    return new Promise<Response>(() => {});
  });
  assertStrictEquals(await assertRejects(() => list(rpc, CALL, controller.signal)), reason);
  assertStrictEquals(await assertRejects(() => list(rpc, CALL, controller.signal)), reason);
  assertEquals(fake.sent.length, 1, "an aborted signal makes no request");
  assert(fake.sent[0]!.init.signal?.aborted, "the connection is cut");
});

Deno.test("Transport.unary(): a limit of time", async () => {
  const { rpc, fake } = rpcOf(() => new Promise<Response>(() => {}));
  const error = await assertRejects(() => list(rpc, { ...CALL, timeoutMs: 20 }), TimeoutError, "within 20 ms");
  assertEquals([error.code, error.sandboxId], ["request_timeout", "default--s"]);
  assert(fake.sent[0]!.init.signal?.aborted);
});

const START = event({ case: "start", value: { pid: 7 } });
const PING = event({ case: "keepalive", value: {} });
const stream = (...chunks: Uint8Array[]) => () =>
  new Response(body(chunks).stream, { headers: { "content-type": "application/connect+proto" } });

Deno.test("Transport.stream(): one enveloped request, then messages up to the end frame", async () => {
  const { rpc, fake } = rpcOf(stream(join(START, PING), end()));
  assertEquals(await start(rpc), ["start", "keepalive"]);
  const [{ init, headers }] = fake.sent as [FakeFetch["sent"][0]];
  const sent = await sentBytes(init);
  assertEquals([...sent.subarray(0, 5)], [0, 0, 0, 0, sent.length - 5]);
  assertEquals(fromBinary(StartRequestSchema, sent.subarray(5)).process?.cmd, "true");
  assertEquals(headers.get("content-type"), "application/connect+proto");
  assertEquals(headers.get("keepalive-ping-interval"), "50");
  assertEquals(headers.get("authorization"), "Basic cm9vdDo=");
  assertFalse(headers.has("connect-timeout-ms"), "not for the library's own option either");
});

Deno.test("Transport.stream(): the error of an end frame", async () => {
  const error = { code: "not_found", message: "process with pid 7 not found" };
  await assertRejects(() => start(rpcOf(stream(end({ error }))).rpc), NotFoundError, "Cannot start it: process with");
  for (const odd of [{ error: {} }, { error: "text" }, { error: { code: 5 } }]) {
    assertEquals((await assertRejects(() => start(rpcOf(stream(end(odd))).rpc), SandboxError)).code, "protocol");
  }
  assertEquals(await start(rpcOf(stream(START, end({ error: null, metadata: {} }))).rpc), ["start"]);
});

const GARBLED: readonly (readonly [string, Uint8Array, string])[] = [
  ["a compressed frame", frame(1, Uint8Array.of(1)), "a compressed frame that was not asked for"],
  ["a compressed end frame", frame(3, Uint8Array.of(1)), "a compressed frame that was not asked for"],
  ["a message that is no protobuf", frame(0, Uint8Array.of(0x0a, 0xff)), "a message that cannot be decoded"],
  ["an end event of a zero byte", frame(0, Uint8Array.of(0x0a, 3, 0x1a, 1, 0)), "a message that cannot be decoded"],
  ["words that are no UTF-8", frame(0, Uint8Array.of(0x0a, 5, 0x1a, 3, 0x1a, 1, 0xff)), "cannot be decoded"],
  ["an end frame that is no JSON", frame(2, Uint8Array.of(0x7b)), "an end frame that is not JSON"],
  ["an end frame that is no UTF-8", frame(2, Uint8Array.of(0x22, 0xff, 0x22)), "an end frame that is not JSON"],
  ["an end frame that is no object", end(null), "an end frame that is not an object"],
  ["an oversized frame", frame(0, new Uint8Array(), 10_001), "a frame of 10001 bytes"],
];
for (const [name, bytes, words] of GARBLED) {
  Deno.test(`Transport.stream(): ${name} is a broken protocol, and the connection is closed`, async () => {
    const { stream, cancelled } = body([START, bytes, PING, PING]);
    const answer = () => new Response(stream, { headers: { "content-type": "application/connect+proto" } });
    const error = await assertRejects(() => start(rpcOf(answer).rpc), SandboxError, words);
    assertEquals([error.code, cancelled()], ["protocol", true]);
  });
}

Deno.test("Transport.stream(): a missing end, a cut frame, a broken connection are a lost stream", async () => {
  const broken = () =>
    new Response(body([START], new TypeError("terminated")).stream, {
      headers: { "content-type": "application/connect+proto" },
    });
  for (
    const answer of [stream(START), stream(), stream(START, PING.slice(0, 3)), stream(START, PING.slice(0, 6)), broken]
  ) {
    const error = await assertRejects(() => start(rpcOf(answer).rpc), DisconnectedError, "cut before its end");
    assertEquals([error.code, error.sandboxId], ["disconnected", "default--s"]);
  }
});

Deno.test("Transport.stream(): leaving it early cuts the connection, the end frame does not", async () => {
  for (const [chunks, leave] of [[[START, PING, PING, end()], true], [[START, end()], false]] as const) {
    const { stream, cancelled } = body(chunks);
    const { rpc } = rpcOf(() => new Response(stream, { headers: { "content-type": "application/connect+proto" } }));
    const messages = await rpc.process.start({}, CALL, {});
    assertEquals((await messages.next()).value?.event?.event?.$case, "start");
    if (leave) await messages.return!();
    else assertEquals(await messages.next(), { done: true, value: undefined });
    assertEquals(cancelled(), leave);
  }
});

Deno.test("Transport.stream(): never sent twice where it may have run, but where nothing ran", async () => {
  const lost = rpcOf(RESET, stream(START, end()));
  const error = await assertRejects(() => start(lost.rpc), SandboxError);
  assertEquals([error.code, lost.fake.sent.length], ["network", 1]);
  const waiting = rpcOf(NOT_READY, stream(START, end()));
  assertEquals([await start(waiting.rpc), waiting.fake.sent.length], [["start"], 2]);
});

Deno.test("Transport.stream(): an answer without a body or of another type is a broken protocol", async () => {
  const empty = new Response(null, { headers: { "content-type": "application/connect+proto" } });
  for (const answer of [empty, proto(LISTED), new Response("<html>")]) {
    const error = await assertRejects(() => start(rpcOf(answer).rpc));
    assertInstanceOf(error, SandboxError);
    assertEquals(error.code, "protocol");
  }
});
