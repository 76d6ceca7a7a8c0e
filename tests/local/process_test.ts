import { Code, ConnectError } from "@connectrpc/connect";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Signal } from "../../gen/process/process_pb.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { nextEvent, processClient, rest, script, startedPid } from "./process_client.ts";

const KILL = { signal: Signal.SIGKILL };

function pidOf(value: number) {
  return { process: { selector: { case: "pid" as const, value } } };
}

Deno.test("Process.Start carries binary output of any size whole", async () => {
  await using runtime = await startLocalRuntime();
  const size = 8 * 1024 * 1024 + 1;
  let received = 0;
  let largest = 0;
  for await (const { event } of processClient(runtime).start(script(`head -c ${size} /dev/zero`))) {
    if (event?.event.case !== "data") continue;
    const bytes = event.event.value.output.value!.byteLength;
    received += bytes;
    largest = Math.max(largest, bytes);
  }
  assertEquals(received, size);
  assert(largest <= 32_768, `a data event of ${largest} bytes`);
});

Deno.test("Process.Connect gives every subscriber all that comes after it", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  const starter = client.start(script("read line; echo got $line; exit 3"))[Symbol.asyncIterator]();
  const process = pidOf(await startedPid(starter));
  const others = await Promise.all([1, 2, 3].map(async () => {
    const stream = client.connect(process)[Symbol.asyncIterator]();
    await startedPid(stream);
    return stream;
  }));
  const stdin = new TextEncoder().encode("it\n");
  await client.sendInput({ ...process, input: { input: { case: "stdin", value: stdin } } });
  for (const stream of [starter, ...others]) {
    assertEquals(await rest(stream), { stdout: "got it\n", status: "exit status 3" });
  }
});

Deno.test("Process.Start leaves a process whose starter hangs up in the middle of output", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  const aborter = new AbortController();
  const stream = client.start(script("yes"), { signal: aborter.signal })[Symbol.asyncIterator]();
  const process = pidOf(await startedPid(stream));
  assertEquals((await nextEvent(stream)).case, "data");
  aborter.abort();
  await assertRejects(async () => {
    while (!(await stream.next()).done);
  }, ConnectError);
  const second = client.connect(process)[Symbol.asyncIterator]();
  await startedPid(second);
  assertEquals((await nextEvent(second)).case, "data");
  await client.sendSignal({ ...process, ...KILL });
  assertEquals((await rest(second)).status, "signal: killed");
  assertEquals((await client.list({})).processes, []);
});

Deno.test("Process.Start kills at its deadline, which other subscribers see as a normal end", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  const starter = client.start(script("read line"), { timeoutMs: 500 })[Symbol.asyncIterator]();
  const other = client.connect(pidOf(await startedPid(starter)))[Symbol.asyncIterator]();
  await startedPid(other);
  const error = await assertRejects(() => rest(starter), ConnectError);
  assertEquals(error.code, Code.DeadlineExceeded);
  assertEquals(await rest(other), { stdout: "", status: "signal: killed" });
  assertEquals((await client.list({})).processes, []);
});

Deno.test("Process.SendInput waits for a process that does not read, and fails when it dies", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  const stream = client.start(script("read line; echo reading; exec sleep 300"))[Symbol.asyncIterator]();
  const process = pidOf(await startedPid(stream));
  const value = new Uint8Array(4 * 1024 * 1024).fill("\n".charCodeAt(0));
  const sent = assertRejects(
    () => client.sendInput({ ...process, input: { input: { case: "stdin", value } } }),
    ConnectError,
    "broken pipe",
  );
  assertEquals((await nextEvent(stream)).case, "data");
  await client.sendSignal({ ...process, ...KILL });
  await sent;
  await rest(stream);
});

Deno.test("Process selects by tag among processes with other tags", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  const tags = ["a", "b", "c"];
  const streams = await Promise.all(tags.map(async (tag) => {
    const stream = client.start({ ...script("exec sleep 300"), tag })[Symbol.asyncIterator]();
    await startedPid(stream);
    return stream;
  }));
  for (const [i, tag] of tags.entries()) {
    const process = { selector: { case: "tag" as const, value: tag } };
    await client.sendSignal({ process, ...KILL });
    assertEquals((await rest(streams[i]!)).status, "signal: killed");
  }
});

Deno.test("Process.Connect of the newer version forgets an exit after 30 seconds", async () => {
  await using runtime = await startLocalRuntime({ version: "0.6.13" });
  const client = processClient(runtime);
  const stream = client.start(script("exit 9"))[Symbol.asyncIterator]();
  const process = pidOf(await startedPid(stream));
  await rest(stream);
  const again = client.connect(process)[Symbol.asyncIterator]();
  await startedPid(again);
  assertEquals(await rest(again), { stdout: "", status: "exit status 9" });
  using _time = new FakeTime(Date.now() + 31_000);
  const error = await assertRejects(() => client.connect(process)[Symbol.asyncIterator]().next(), ConnectError);
  assertEquals(error.code, Code.NotFound);
});

Deno.test("Process.Start keeps an argument list that no shell changes", async () => {
  for (const version of ["0.2.10", "0.6.13"] as const) {
    await using runtime = await startLocalRuntime({ version });
    const args = ["%s|", "", " a  b ", "$HOME", "'\"\\", "-n", "\n", "日本"];
    const stream = processClient(runtime).start({ process: { cmd: "printf", args } })[Symbol.asyncIterator]();
    assertEquals((await rest(stream)).stdout, args.slice(1).map((arg) => `${arg}|`).join(""));
  }
});
