import { assertEquals, assertFalse, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { OutputLimitError } from "../../src/errors/output_limit_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { FakeDaemon, unavailable } from "../process/fake_daemon.ts";
import { settle } from "../process/turns.ts";

Deno.test("run() whose stream is lost after its start says that it cannot follow the command", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const handle = await daemon.client().commands.start(["sleep", "9"]);
  daemon.streams[0]!.cut();
  const { message } = await assertRejects(() => handle.wait(), DisconnectedError);
  assertEquals(message, 'Cannot follow command "sleep": the stream was cut before its end');
});

Deno.test("connectToProcess() whose stream is lost says that it cannot follow the process", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const handle = await daemon.client().commands.connectToProcess(7);
  daemon.streams[0]!.cut();
  const { message } = await assertRejects(() => handle.wait(), DisconnectedError);
  assertStringIncludes(message, "Cannot follow process 7");
});

Deno.test("run() whose stream is lost before its start event says that it cannot start the command", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => stream.cut();
  const { message } = await assertRejects(() => daemon.client().commands.run(["sleep", "9"]), DisconnectedError);
  assertStringIncludes(message, 'Cannot start command "sleep"');
});

Deno.test("run() whose start is lost says that the command may run, and not where it cannot", async () => {
  const words = "It may run all the same";
  const hintOf = async (answer: () => Response | Promise<Response>) => {
    const daemon = new FakeDaemon();
    daemon.onCall = answer;
    const client = daemon.client({ retry: false });
    return (await assertRejects(() => client.commands.run(["true"]), SandboxError)).hint ?? "";
  };
  const gateway = (status: number, text: string) => () => new Response(text, { status });
  assertStringIncludes(await hintOf(() => Promise.reject(new TypeError("connection reset"))), words);
  assertStringIncludes(await hintOf(gateway(504, "upstream request timeout")), words);
  const empty = { headers: { "content-type": "application/connect+proto" } };
  assertStringIncludes(await hintOf(() => new Response(new Uint8Array(), empty)), words);
  const refused = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") });
  assertFalse((await hintOf(() => Promise.reject(refused))).includes(words));
  assertFalse((await hintOf(gateway(503, "sandbox gateway is not ready"))).includes(words));
  assertFalse((await hintOf(gateway(401, "unauthorized"))).includes(words));
});

Deno.test("run() whose stream is lost behind its start tells the process, and not that it may have started", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const handle = await daemon.client().commands.start(["true"]);
  daemon.streams[0]!.cut();
  const { hint } = await assertRejects(() => handle.wait(), DisconnectedError);
  assertEquals(hint, "The process may still run: look with commands.list(), follow it with connectToProcess(7)");
});

const TOO_LARGE = new Uint8Array(2_000);

Deno.test("run() kills a command whose stream has a frame larger than allowed", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).stdout(TOO_LARGE);
  const killed: number[] = [];
  daemon.onSignal = (pid) => !!killed.push(pid);
  const run = daemon.client({ maxFrameBytes: 1_000 }).commands.run(["cat", "large"]);
  const error = await assertRejects(() => run, SandboxError);
  assertEquals(error.code, "protocol");
  assertStringIncludes(error.message, 'Cannot follow command "cat": the answer has a frame of ');
  assertEquals(killed, [7]);
});

Deno.test("run() rejects with what was wrong with the stream where its command cannot be killed", async () => {
  using time = new FakeTime();
  for (const answer of [unavailable, () => new Promise<Response>(() => {})]) {
    const daemon = new FakeDaemon();
    daemon.onStream = (stream) => void stream.start(7).start(8);
    daemon.onCall = (method) => method === "KillTree" || method === "SendSignal" ? answer() : undefined;
    const run = assertRejects(() => daemon.client().commands.run(["true"]), SandboxError);
    await settle(time);
    // As long as a helper may take to start, and a grace.
    await time.tickAsync(7_000);
    assertEquals((await run).code, "protocol");
    daemon.streams[0]!.end();
    await time.tickAsync(60_000);
  }
});

Deno.test("connectToProcess() kills nothing that it does not own when its stream makes no sense", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).stdout(TOO_LARGE);
  const handle = await daemon.client({ maxFrameBytes: 1_000 }).commands.connectToProcess(7);
  assertInstanceOf(await handle.wait().catch((error) => error), SandboxError);
  await handle[Symbol.asyncDispose]();
  assertEquals(daemon.calls, ["Connect"]);
});

Deno.test("run() whose stream is lost while its command is stopped says that the output may not be all", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).stdout("too much");
  daemon.onSignal = () => {
    daemon.streams[0]!.cut();
    return true;
  };
  const run = daemon.client().commands.run(["cat"], { maxOutputBytes: 1 });
  const error = await assertRejects(() => run, OutputLimitError);
  assertInstanceOf(error.cause, DisconnectedError);
  assertStringIncludes(error.message, "was killed");
});
