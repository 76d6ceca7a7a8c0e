import { assert, assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import type { CommandHandle } from "../../src/commands/command_handle.ts";
import type { StartOptions } from "../../src/commands/commands.ts";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { OutputLimitError } from "../../src/errors/output_limit_error.ts";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { FakeDaemon, unavailable } from "../process/fake_daemon.ts";
import { settle } from "../process/turns.ts";

const MIB = new Uint8Array(1024 * 1024);

async function started(daemon: FakeDaemon, options: StartOptions = {}): Promise<CommandHandle> {
  daemon.onStream = (stream) => void stream.start(7);
  return await daemon.client().commands.start(["sleep", "9"], options);
}

/** A handle whose stream was lost. */
async function lost(daemon: FakeDaemon): Promise<CommandHandle> {
  const handle = await started(daemon);
  daemon.streams[0]!.cut();
  await assertRejects(() => handle.wait(), DisconnectedError);
  return handle;
}

Deno.test("CommandHandle.kill() kills a process whose stream was lost", async () => {
  const daemon = new FakeDaemon();
  const handle = await lost(daemon);
  assertEquals(await handle.kill(), true);
  daemon.onSignal = () => false;
  assertEquals(await handle.kill(), false, "the daemon says that it is gone");
  assertEquals(daemon.calls, ["Start", "SendSignal", "SendSignal"]);
});

Deno.test("CommandHandle kills a process whose stream was lost when it is disposed of", async () => {
  const daemon = new FakeDaemon();
  const killed: number[] = [];
  daemon.onSignal = (pid) => !!killed.push(pid);
  {
    await using _handle = await lost(daemon);
  }
  assertEquals(killed, [7]);
});

Deno.test("CommandHandle.kill() kills after disconnect(), and disposal does not", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  await handle.disconnect();
  await handle[Symbol.asyncDispose]();
  await settle(time);
  assertEquals(daemon.calls, ["Start"]);
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  assertEquals(await handle.kill(), true);
  assertEquals(daemon.calls, ["Start", "SendSignal"]);
});

Deno.test("CommandHandle.kill() that is refused or aborted rejects at once, without the wait for last output", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  daemon.onCall = () => unavailable();
  assertEquals((await assertRejects(() => handle.kill(), SandboxError)).status, 503);
  daemon.onCall = () => new Promise(() => {});
  const controller = new AbortController();
  const killing = assertRejects(() => handle.kill({ signal: controller.signal }));
  await settle(time);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await killing, reason);
  daemon.streams[0]!.end();
  assertEquals((await handle.wait()).exitCode, 0);
});

for (
  const [how, end] of Object.entries({
    "killed": (handle: CommandHandle) => handle.kill(),
    "disposed of": (handle: CommandHandle) => handle[Symbol.asyncDispose](),
  })
) {
  Deno.test(`CommandHandle of a process that ended behind unread output settles when it is ${how}`, async () => {
    using time = new FakeTime();
    const daemon = new FakeDaemon();
    const handle = await started(daemon);
    const reader = handle.stdout.getReader();
    for (let mib = 0; mib < 20; mib++) daemon.streams[0]!.stdout(MIB);
    daemon.streams[0]!.end(3);
    await reader.read();
    const waiting = handle.wait({ check: false });
    let settled = false;
    void waiting.then(() => settled = true);
    await settle(time);
    assertEquals(settled, false, "the web stream is full, and its reader away");
    daemon.onSignal = () => false;
    await end(handle);
    await settle(time);
    assert(settled);
    assertEquals((await waiting).exitCode, 3);
    assertEquals(time.now, time.start, "at once");
  });
}

Deno.test("timeoutMs whose kill fails says so, and which process may still run", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).stdout("so far");
  daemon.onCall = (method) => method === "KillTree" || method === "SendSignal" ? unavailable() : undefined;
  const run = assertRejects(() => daemon.client().commands.run(["sleep", "9"], { timeoutMs: 1_000 }), TimeoutError);
  await settle(time);
  await time.tickAsync(1_000);
  const { code, message, hint, cause, partial } = await run;
  assertEquals([code, partial?.stdout], ["command_timeout", "so far"]);
  assertEquals(message, 'Cannot complete command "sleep": it ran longer than 1000 ms, and killing it failed');
  assertStringIncludes(hint!, "as process 7");
  assert(cause instanceof SandboxError);
  assertEquals(cause.status, 503);
  daemon.streams[0]!.end();
  await settle(time);
});

Deno.test("an OutputLimitError whose kill fails says so, and which process may still run", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7).stdout("more than that");
  daemon.onCall = (method) => method === "KillTree" || method === "SendSignal" ? unavailable() : undefined;
  const run = daemon.client().commands.run(["yes"], { maxOutputBytes: 8 });
  const { message, hint, cause, partial } = await assertRejects(() => run, OutputLimitError);
  assertEquals(partial?.truncatedBytes, 6);
  assertStringIncludes(message, "larger than 8 bytes, and killing it failed");
  assertStringIncludes(hint!, "as process 7");
  assert(cause instanceof SandboxError);
  assertEquals(cause.status, 503);
  daemon.streams[0]!.end();
});

Deno.test("timeoutMs says that the process was killed where it was", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  const run = assertRejects(() => daemon.client().commands.run(["sleep", "9"], { timeoutMs: 1_000 }), TimeoutError);
  await settle(time);
  await time.tickAsync(1_000);
  const { message, hint, cause } = await run;
  assertStringIncludes(message, "1000 ms and was killed");
  assertEquals([cause, hint?.includes("process 7")], [undefined, false]);
});

Deno.test("CommandHandle.kill({ tree: true }) ends the tree by the helper, and takes the last output", async () => {
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  daemon.onSignal = () => !!daemon.streams[0]!.stdout("bye").end(143);
  assertEquals(await handle.kill({ tree: true, graceMs: 150 }), true);
  assertEquals((await handle.wait({ check: false })).stdout, "bye");
  assertEquals([daemon.calls, daemon.trees], [["Start", "KillTree"], [{ hundredths: 15, targets: ["7"] }]]);
});

Deno.test("CommandHandle.kill({ tree: true }) after the end means what was left behind alone", async () => {
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  daemon.streams[0]!.end();
  await handle.wait();
  await handle[Symbol.asyncDispose]();
  assertEquals(daemon.calls, ["Start"], "disposal after the end does nothing");
  daemon.onSignal = () => false;
  assertEquals(await handle.kill({ tree: true }), false);
  assertEquals(daemon.trees, [{ hundredths: 200, targets: ["e7"] }]);
});

Deno.test("CommandHandle.kill({ tree: true }) names what did not die", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  daemon.onTree = (_, stream) => void stream.stdout("7 left 8 9\n").end();
  const killing = assertRejects(() => handle.kill({ tree: true }), SandboxError);
  await settle(time);
  await time.tickAsync(5_000);
  const { code, message } = await killing;
  assertEquals([code, message], ["internal", "Cannot end all of the process tree of 7: processes 8, 9 did not die"]);
  daemon.streams[0]!.end();
  await settle(time);
});

Deno.test("a dead tree whose output something else holds is killed by the daemon too, once it is silent", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  daemon.onTree = (_, stream) => void stream.stdout("7 gone\n").end();
  daemon.onSignal = () => !!daemon.streams[0]!.end(143);
  const killing = handle.kill({ tree: true });
  await settle(time);
  for (let part = 0; part < 3; part++) {
    daemon.streams[0]!.stdout("more");
    await settle(time);
    await time.tickAsync(400);
    assertEquals(daemon.calls, ["Start", "KillTree"]);
  }
  for (let tick = 0; tick < 4; tick++) {
    await time.tickAsync(500);
    await settle(time);
  }
  assertEquals(await killing, true);
  assertEquals(daemon.calls, ["Start", "KillTree", "SendSignal"]);
  assertEquals((await handle.wait({ check: false })).stdout, "moremoremore");
});

Deno.test("a dead tree whose output something else holds is killed by the daemon once more where that was refused", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const handle = await started(daemon);
  daemon.onTree = (_, stream) => void stream.stdout("7 gone\n").end();
  daemon.onCall = (method) =>
    method === "SendSignal" && !daemon.calls.slice(0, -1).includes(method) ? unavailable() : undefined;
  daemon.onSignal = () => !!daemon.streams[0]!.end(143);
  const killing = handle.kill({ tree: true });
  for (let tick = 0; tick < 6; tick++) {
    await settle(time);
    await time.tickAsync(500);
  }
  assertEquals(daemon.calls, ["Start", "KillTree", "SendSignal", "SendSignal"]);
  assertEquals(await killing, true);
  assertEquals((await handle.wait({ check: false })).exitCode, 143);
});

Deno.test("Commands.kill({ tree: true }) kills the process alone where the helper cannot be run, and says so", async () => {
  const daemon = new FakeDaemon();
  daemon.onCall = (method) => method === "KillTree" ? unavailable() : undefined;
  const error = await assertRejects(() => daemon.client().commands.kill(7, { tree: true }), SandboxError);
  assertEquals(error.code, "internal");
  assertStringIncludes(error.message, "only the process itself was killed");
  assertEquals(daemon.calls, ["KillTree", "SendSignal"]);
});

Deno.test("Commands.kill({ tree: true }) waits no longer than a request and the grace, and as its signal says", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.onTree = () => new Promise(() => {});
  const { commands } = daemon.client();
  const killing = assertRejects(
    () => commands.kill(7, { tree: true, graceMs: 500, requestTimeoutMs: 100 }),
    TimeoutError,
  );
  await settle(time);
  await time.tickAsync(600);
  const { code, message } = await killing;
  assertEquals([code, message], ["request_timeout", "Cannot kill the process tree of 7: no answer within 600 ms"]);
  await time.tickAsync(60_000);
});

Deno.test("timeoutMs whose helper cannot be run says that children may run on", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  daemon.onCall = (method) => method === "KillTree" ? unavailable() : undefined;
  const run = assertRejects(() => daemon.client().commands.run(["sleep", "9"], { timeoutMs: 1_000 }), TimeoutError);
  await settle(time);
  await time.tickAsync(1_000);
  const { message, hint, cause } = await run;
  assertStringIncludes(message, "1000 ms and was killed");
  assertStringIncludes(hint!, "What it has started may still run");
  assert(cause instanceof SandboxError && cause.code === "internal");
});

for (
  const [what, options, error] of [
    ["graceMs without tree", { graceMs: 5 }, TypeError],
    ["a tree that is no boolean", { tree: "yes" as unknown as boolean }, TypeError],
    ["a graceMs that is no number", { tree: true, graceMs: "5" as unknown as number }, TypeError],
    ["a negative graceMs", { tree: true, graceMs: -1 }, RangeError],
    ["a graceMs of NaN", { tree: true, graceMs: NaN }, RangeError],
  ] as const
) {
  Deno.test(`kill() with ${what} is a ${error.name} before any request`, async () => {
    const daemon = new FakeDaemon();
    const handle = await started(daemon);
    await assertRejects(() => handle.kill(options), error);
    await assertRejects(() => daemon.client().commands.kill(7, options), error);
    await assertRejects(() => daemon.client().commands.kill(-7, { tree: true }), RangeError);
    assertEquals(daemon.calls, ["Start"]);
    daemon.streams[0]!.end();
  });
}
