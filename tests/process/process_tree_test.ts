import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { SandboxError } from "../../src/errors/sandbox_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { endTree } from "../../src/process/end_tree.ts";
import { killTree } from "../../src/process/process_tree.ts";
import { FakeDaemon, type FakeStream, unavailable } from "./fake_daemon.ts";
import { settle } from "./turns.ts";

const target = (pid: number, graceMs: number = 2_000, ended: boolean = false) => ({ pid, graceMs, ended });

Deno.test("killTree() has one helper for all that are to end at once, and tells each its own", async () => {
  const daemon = new FakeDaemon();
  daemon.onTree = (_, stream) => void stream.stdout("7 gone\n8 none\n9 left 9 10\n").end();
  const connection = daemon.connection();
  const ends = await Promise.all([7, 8, 9, 7].map((pid) => killTree(connection, target(pid))));
  assertEquals(ends, [
    { found: true, left: [] },
    { found: false, left: [] },
    { found: true, left: [9, 10] },
    { found: true, left: [] },
  ]);
  assertEquals(daemon.trees, [{ hundredths: 200, targets: ["7", "8", "9"] }]);
});

Deno.test("killTree() has another helper for another grace, and says whose end was told", async () => {
  const daemon = new FakeDaemon();
  const connection = daemon.connection();
  await Promise.all([
    killTree(connection, target(7, 0)),
    killTree(connection, target(8, 0, true)),
    killTree(connection, target(9, 15)),
  ]);
  assertEquals(daemon.trees, [{ hundredths: 0, targets: ["7", "e8"] }, { hundredths: 2, targets: ["9"] }]);
});

Deno.test("killTree() waits for no helper of another, and gathers what comes while eight are being started", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const connection = daemon.connection();
  const starting = Promise.withResolvers<void>();
  daemon.onTree = async ({ targets }, stream) => {
    await starting.promise;
    for (const pid of targets) stream.stdout(`${pid} gone\n`);
    stream.end();
  };
  const killed: Promise<unknown>[] = [];
  for (let pid = 1; pid <= 11; pid++) {
    killed.push(killTree(connection, target(pid)));
    await settle(time);
  }
  assertEquals(daemon.trees.map(({ targets }) => targets), Array.from({ length: 8 }, (_, i) => [`${i + 1}`]));
  starting.resolve();
  await settle(time);
  await Promise.all(killed);
  assertEquals(daemon.trees.slice(8).map(({ targets }) => targets), [["9", "10", "11"]]);
});

Deno.test("killTree() tells of one before the helper has done with the others, and of the last when it has ended", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const streams: FakeStream[] = [];
  daemon.onTree = (_, stream) => void streams.push(stream);
  const connection = daemon.connection();
  const told: number[] = [];
  for (const pid of [7, 8]) void killTree(connection, target(pid)).then(() => told.push(pid));
  await settle(time);
  streams[0]!.stdout("7 go").stdout("ne\nnoise\n");
  await settle(time);
  assertEquals(told, [7]);
  streams[0]!.stdout("8 gone\n");
  await settle(time);
  assertEquals(told, [7]);
  streams[0]!.end();
  await settle(time);
  assertEquals(told, [7, 8]);
});

Deno.test("killTree() rejects for what the helper does not tell of", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const connection = daemon.connection();
  daemon.onTree = (_, stream) => void stream.stdout("8 gone\n7 gone? no\n").end(127);
  const error = await assertRejects(() => killTree(connection, target(7)), SandboxError);
  assertEquals(error.code, "internal");
  assertStringIncludes(error.message, "Cannot end the process tree of 7: ");

  const streams: FakeStream[] = [];
  daemon.onTree = (_, stream) => void streams.push(stream);
  const late = assertRejects(() => killTree(connection, target(7)), TimeoutError);
  await settle(time);
  await time.tickAsync(6_000);
  assertEquals((await late).code, "request_timeout");
  assertEquals(streams[0]!.cancelled, false, "nothing is cut");
  streams[0]!.end();
  await settle(time);
});

Deno.test("killTree() believes what the helper has told of all, also where its stream is lost or does not end", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const connection = daemon.connection();
  const ends: unknown[] = [];
  const killing = () => void endTree(connection, 7).then((end) => ends.push(end), (error) => ends.push(error));
  daemon.onTree = (_, stream) => void stream.stdout("7 gone\n");
  killing();
  await settle(time);
  await time.tickAsync(7_000);
  daemon.onTree = (_, stream) => {
    stream.stdout("7 none\n");
    setTimeout(() => stream.cut(), 10);
  };
  killing();
  await settle(time);
  await time.tickAsync(10);
  await settle(time);
  assertEquals(ends, [{ found: true }, { found: false }]);
  assertEquals(daemon.calls, ["KillTree", "KillTree"]);
});

Deno.test("endTree() kills the process itself where the helper cannot be run, and says what that means", async () => {
  const daemon = new FakeDaemon();
  daemon.onCall = (method) => method === "KillTree" ? unavailable() : undefined;
  const { found, problem } = await endTree(daemon.connection(), 7);
  assertEquals(daemon.calls, ["KillTree", "SendSignal"]);
  assert(found);
  assertEquals(problem?.code, "internal");
  assertStringIncludes(problem!.message, "only the process itself was killed");
  assert(problem!.cause instanceof SandboxError);
  assertEquals(problem!.cause.status, 503);
});

Deno.test("endTree() kills the process itself where the helper does not start in time, and ends no helper", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  const starting = Promise.withResolvers<void>();
  daemon.onTree = async (_, stream) => {
    await starting.promise;
    stream.stdout("7 gone\n").end();
  };
  const ending = endTree(daemon.connection(), 7);
  await settle(time);
  await time.tickAsync(5_000);
  assertStringIncludes((await ending).problem!.message, "only the process itself was killed");
  starting.resolve();
  await settle(time);
  assertEquals(daemon.calls, ["KillTree", "SendSignal"]);
});

Deno.test("endTree() names what did not die", async () => {
  const daemon = new FakeDaemon();
  daemon.onTree = (_, stream) => void stream.stdout("7 left 8 9\n").end();
  const { problem } = await endTree(daemon.connection(), 7);
  assertEquals(problem!.message, "Cannot end all of the process tree of 7: processes 8, 9 did not die");
  assertEquals(daemon.calls, ["KillTree"]);
});

Deno.test("endTree() touches nothing else where the process has ended", async () => {
  const daemon = new FakeDaemon();
  daemon.onCall = (method) => method === "KillTree" ? unavailable() : undefined;
  const error = await assertRejects(() => endTree(daemon.connection(), 7, { ended: true }), SandboxError);
  assertEquals([error.status, daemon.calls], [503, ["KillTree"]]);
});

Deno.test("the helper runs as root, in a directory that is there, and nothing that the caller has set applies to it", async () => {
  const daemon = new FakeDaemon();
  let sent: Headers | undefined;
  daemon.onCall = (method, init) => void (method === "KillTree" && (sent = new Headers(init?.headers)));
  await endTree(daemon.connection({ user: "somebody", requestTimeoutMs: 1 }), 7);
  assertEquals(sent?.get("authorization"), `Basic ${btoa("root:")}`);
});
