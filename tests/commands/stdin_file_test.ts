import { sentBytes } from "../connection/sent_bytes.ts";
import { fromBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertMatch, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { RemoveRequestSchema } from "../../gen/filesystem/filesystem_pb.ts";
import { FakeDaemon, unavailable } from "../process/fake_daemon.ts";
import { settle, until } from "../process/turns.ts";

/** A daemon that cannot end a process's input, and takes files. */
class OldDaemon extends FakeDaemon {
  readonly removed: string[] = [];
  /** Answers in place of the daemon. */
  answer: (method: string) => Response | void | Promise<Response> = () => {};

  constructor() {
    super();
    this.onStream = (stream) => void stream.start(7);
    this.onCall = async (method, init) => {
      if (method === "Remove") this.removed.push(fromBinary(RemoveRequestSchema, await sentBytes(init)).path);
      return await this.answer(method) ?? written(method);
    };
  }

  /** Where the input lies: the one file that was removed. */
  get path(): string {
    const [path] = this.removed;
    assertMatch(path!, /^\/tmp\/\.sbx-stdin-[0-9a-f-]{36}$/);
    assert(this.removed.every((other) => other === path));
    return path!;
  }
}

function written(method: string): Response | undefined {
  if (method === "files") return Response.json([{ name: "input", type: "file", path: "/tmp/input" }]);
  if (method !== "Remove") return undefined;
  return new Response(new Uint8Array(0), { headers: { "content-type": "application/proto" } });
}

/** The file is removed by now, and again 2 s later, and then no more. */
async function assertRemovedTwice(time: FakeTime, daemon: OldDaemon): Promise<void> {
  await settle(time);
  assertEquals(daemon.removed.length, 1);
  await time.tickAsync(1_999);
  await settle(time);
  assertEquals(daemon.removed.length, 1);
  await time.tickAsync(1);
  await until(time, () => daemon.removed.length === 2);
  await time.tickAsync(60_000);
  await settle(time);
  assertEquals(daemon.removed, [daemon.path, daemon.path]);
}

Deno.test("run() that is aborted while its input is uploaded removes the file, and again 2 s later", async () => {
  using time = new FakeTime();
  const daemon = new OldDaemon();
  daemon.answer = (method) => method === "files" ? new Promise(() => {}) : undefined;
  const controller = new AbortController();
  const run = assertRejects(() => daemon.client().commands.run(["cat"], { stdin: "input", signal: controller.signal }));
  await until(time, () => daemon.calls.at(-1) === "files");
  assertEquals(daemon.removed, []);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await run, reason);
  await assertRemovedTwice(time, daemon);
  assertEquals(daemon.calls.includes("Start"), false);
});

Deno.test("run() that is aborted after its start removes its input's file, and again 2 s later", async () => {
  using time = new FakeTime();
  const daemon = new OldDaemon();
  daemon.onSignal = () => !!daemon.streams[0]!.end(137);
  const controller = new AbortController();
  const run = assertRejects(() => daemon.client().commands.run(["cat"], { stdin: "input", signal: controller.signal }));
  await until(time, () => daemon.streams.length === 1);
  await settle(time);
  assertEquals(daemon.removed, []);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await run, reason);
  await assertRemovedTwice(time, daemon);
});

Deno.test("run() whose start is refused removes its input's file, and again 2 s later", async () => {
  using time = new FakeTime();
  const daemon = new OldDaemon();
  daemon.answer = (method) => method === "Start" ? unavailable() : undefined;
  await assertRejects(() => daemon.client().commands.run(["cat"], { stdin: "input" }));
  await assertRemovedTwice(time, daemon);
});

Deno.test("run() does not mind an input's file that cannot be removed", async () => {
  using time = new FakeTime();
  const daemon = new OldDaemon();
  daemon.answer = (method) => method === "Start" || method === "Remove" ? unavailable() : undefined;
  await assertRejects(() => daemon.client().commands.run(["cat"], { stdin: "input" }));
  await assertRemovedTwice(time, daemon);
});

Deno.test("run() leaves its input's file to the command, which removes it", async () => {
  using time = new FakeTime();
  const daemon = new OldDaemon();
  daemon.onStream = (stream) => void stream.start(7).stdout("input").end();
  assertEquals((await daemon.client().commands.run(["cat"], { stdin: "input" })).stdout, "input");
  await time.tickAsync(60_000);
  await settle(time);
  assertEquals(daemon.calls, ["CloseStdin", "files", "Start"]);
});
