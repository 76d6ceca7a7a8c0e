import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DisconnectedError } from "../../src/errors/disconnected_error.ts";
import { FakeDaemon } from "../process/fake_daemon.ts";
import { settle, until } from "../process/turns.ts";

const MIB = new Uint8Array(1024 * 1024);

Deno.test("CommandHandle.disconnect() reads on where a web stream is full, and cuts nothing while output arrives", async () => {
  using time = new FakeTime();
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => void stream.start(7);
  const handle = await daemon.client().commands.start(["yes"], { capture: false });
  const stream = daemon.streams[0]!;
  const reader = handle.stdout.getReader();
  const first = reader.read();
  await settle(time);
  for (let mib = 0; mib < 20; mib++) stream.stdout(MIB);
  await first;
  await settle(time);
  assert(stream.unread >= 10, "the reader is behind, so the process is held up");
  await handle.disconnect();
  await assertRejects(() => handle.wait(), DisconnectedError);
  for (let chatter = 0; chatter < 5; chatter++) {
    await until(time, () => stream.unread === 0);
    await time.tickAsync(9_000);
    assertEquals(stream.cancelled, false);
    for (let mib = 0; mib < 20; mib++) stream.stdout(MIB);
  }
  await until(time, () => stream.unread === 0);
  await time.tickAsync(16_000);
  await settle(time);
  assertEquals(stream.cancelled, true);
  assertEquals(daemon.calls, ["Start"], "the process is left alone");
  await reader.cancel();
});

Deno.test("CommandHandle.disconnect() leaves the input of a process flowing to its end", async () => {
  const daemon = new FakeDaemon();
  daemon.closed = [];
  daemon.onStream = (stream) => void stream.start(7);
  const source = new TransformStream<Uint8Array, Uint8Array>();
  const input = source.writable.getWriter();
  const ended = Promise.withResolvers<void>();
  daemon.onCall = (method) => method === "CloseStdin" && daemon.inputs.length > 0 ? ended.resolve() : undefined;
  const handle = await daemon.client().commands.start(["cat"], { stdin: source.readable });
  await input.write(new TextEncoder().encode("before "));
  await handle.disconnect();
  await input.write(new TextEncoder().encode("after"));
  await input.close();
  await ended.promise;
  await assertRejects(() => handle.wait(), DisconnectedError);
  assertEquals(daemon.inputs, ["before ", "after"]);
  daemon.streams[0]!.end();
  while (daemon.closed.length === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(daemon.closed, [7]);
  assertEquals(daemon.calls.filter((call) => call === "SendSignal" || call === "KillTree"), []);
});
