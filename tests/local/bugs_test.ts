/** The bugs of docs/protocol.md §8 that a runtime can have, each shown by a client that does not know of it. */

import { assert, assertEquals, assertGreater, assertLess, assertRejects } from "@std/assert";
import { type LocalRuntime, startLocalRuntime } from "../../src/local/mod.ts";
import { connect, type NaiveOptions, type NaiveStream, start } from "./naive_client.ts";
import { processClient, rest, script } from "./process_client.ts";
import { isRunning, running } from "./running.ts";

/** A second without output shows as a ping. */
const PINGED = { headers: { "keepalive-ping-interval": "1" } };

async function startedPid(stream: NaiveStream): Promise<number> {
  return (await stream.find("start")).start!.pid;
}

/** A client of its own, which is not cut with others. */
async function list(runtime: LocalRuntime): Promise<number[]> {
  return (await processClient(runtime).list({})).processes.map(({ pid }) => pid);
}

async function kill(runtime: LocalRuntime, pid: number): Promise<void> {
  await processClient(runtime).sendSignal({ process: { selector: { case: "pid", value: pid } }, signal: 9 });
}

/** Cuts a stream and waits until the runtime has noticed. */
async function cut(stream: NaiveStream, runtime: LocalRuntime): Promise<void> {
  stream.abort();
  // The connection's end arrives before the requests that follow it.
  for (let i = 0; i < 3; i++) await (await fetch(`${runtime.url}/health`)).body?.cancel();
}

/** What the bare `fetch` of a runtime says. */
async function bareFailure(runtime: LocalRuntime): Promise<unknown> {
  const { cause } = await assertRejects(() => runtime.fetch(`${runtime.url}/health`), TypeError);
  return (cause as { code?: unknown }).code;
}

async function assertDead(runtime: LocalRuntime): Promise<void> {
  await assertRejects(() => fetch(`${runtime.url}/health`), TypeError);
  assertEquals(await bareFailure(runtime), "ECONNREFUSED");
}

Deno.test("B1: a stream that is cut in the middle of output kills the daemon, with everything that is open", async () => {
  const runtime = await startLocalRuntime({ bugs: ["B1"] });
  const silent = await start(runtime, "exec sleep 300");
  const bare = await start(runtime, "exec sleep 300", { fetch: runtime.fetch });
  const sleeper = await startedPid(silent);
  await startedPid(bare);
  const chatty = await start(runtime, "exec yes");
  const pid = await startedPid(chatty);
  await chatty.find("data");
  chatty.abort();
  await assertRejects(() => silent.next());
  const { cause } = await assertRejects(() => bare.next(), TypeError);
  assertEquals((cause as { code?: unknown }).code, "ECONNRESET");
  await assertDead(runtime);
  while (isRunning(pid)); // its pipe is broken
  assert(isRunning(sleeper), "children survive their daemon");
  await runtime.close();
  assert(!isRunning(sleeper));
  await assertDead(runtime);
});

for (const [how, fetch] of [["a socket", globalThis.fetch], ["the bare fetch", undefined]] as const) {
  Deno.test(`B1: a Connect stream whose reader stands still kills the daemon when it is cut, through ${how}`, async () => {
    await using runtime = await startLocalRuntime({ bugs: ["B1"] });
    const starter = await start(runtime, "exec yes", { fetch: fetch ?? runtime.fetch });
    const pid = await startedPid(starter);
    const reader = await connect(runtime, pid, { fetch: fetch ?? runtime.fetch });
    // The starter reads on: were it to stand still as well, there might be nothing for the reader.
    const lost = assertRejects(() => starter.find("end"));
    await reader.find("data");
    reader.abort();
    await lost;
    await assertDead(runtime);
  });
}

for (const method of ["Start", "Connect"]) {
  Deno.test(`B1: Connect-Timeout-Ms of ${method} kills the daemon when it runs out in the middle of output`, async () => {
    await using runtime = await startLocalRuntime({ bugs: ["B1"] });
    const limit = { headers: { "connect-timeout-ms": "400" } };
    const starter = await start(runtime, "exec yes", method === "Start" ? limit : {});
    const pid = await startedPid(starter);
    const streams = [starter, ...(method === "Connect" ? [await connect(runtime, pid, limit)] : [])];
    await Promise.all(streams.map((stream) => assertRejects(() => stream.find("end"))));
    await assertDead(runtime);
  });
}

Deno.test("B1: silent streams may be cut, time out and end", async () => {
  await using runtime = await startLocalRuntime({ bugs: ["B1"] });
  const early = await start(runtime, "exec sleep 300");
  const pid = await startedPid(early);
  await cut(early, runtime);
  const follower = await connect(runtime, pid, { headers: { "connect-timeout-ms": "50" } });
  await startedPid(follower);
  assertEquals(await follower.next(), undefined);
  // One that has been silent for longer than it takes to send something.
  const pausing = await start(runtime, "echo; exec sleep 300");
  await pausing.find("data");
  const pause = await start(runtime, "sleep 0.15");
  await pause.find("end");
  assertEquals(await pause.next(), undefined);
  await cut(pausing, runtime);
  // One whose process has ended with output.
  const ended = await start(runtime, "echo");
  await ended.find("end");
  await cut(ended, runtime);
  assertEquals((await list(runtime)).length, 2);
});

/** A flood with one who reads it and one who does not, up to where nothing moves. */
async function stall(runtime: LocalRuntime, options: NaiveOptions) {
  const starter = await start(runtime, "exec yes", options);
  const pid = await startedPid(starter);
  const idle = await connect(runtime, pid, options);
  await startedPid(idle);
  let events = 0;
  while (!("keepalive" in (await starter.next())!)) events++;
  return { starter, idle, pid, events };
}

Deno.test("B6: one that stops reading stops the others and the process, until it goes", async () => {
  await using runtime = await startLocalRuntime({ bugs: ["B6"] });
  await using healthy = await startLocalRuntime();
  const options = { ...PINGED, fetch: runtime.fetch };
  const [{ starter, idle, pid, events }, queued] = await Promise.all([
    stall(runtime, options),
    stall(healthy, { ...PINGED, fetch: healthy.fetch }),
  ]);
  assertLess(events, 5);
  assertGreater(queued.events, 60, "without the bug each has a queue");
  idle.abort();
  await starter.find("data");
  await kill(runtime, pid);
  assertEquals((await starter.find("end")).end!.status, "signal: killed");
  assertEquals(await list(runtime), []);
});

Deno.test("B2: one that leaves while it is waited for takes the process from everyone", async () => {
  await using runtime = await startLocalRuntime({ bugs: ["B2"] });
  const { starter, idle, pid } = await stall(runtime, { ...PINGED, fetch: runtime.fetch });
  idle.abort();
  await assertRejects(() => idle.next());
  // A late one is not answered, where a process that is well answers at once.
  const late = processClient(runtime).connect({ process: { selector: { case: "pid", value: pid } } });
  let answered = false;
  const waiting = late[Symbol.asyncIterator]().next().then(() => answered = true, () => {});
  const other = processClient(runtime).start(script("echo well"))[Symbol.asyncIterator]();
  assertEquals((await rest(other)).stdout, "well\n");
  await kill(runtime, pid);
  while (isRunning(pid));
  for (let pings = 0; pings < 2; pings++) {
    assertEquals(Object.keys((await starter.next())!), ["keepalive"], "no output, no end");
  }
  assertEquals([answered, await list(runtime)], [false, [pid]]);
  await runtime.close();
  await waiting;
  await assertRejects(() => starter.next());
});

Deno.test("B2: one that leaves and is not waited for does no harm", async () => {
  await using runtime = await startLocalRuntime({ bugs: ["B2"] });
  const starter = await start(runtime, "read line; echo $line");
  const pid = await startedPid(starter);
  const idle = await connect(runtime, pid);
  await startedPid(idle);
  await cut(idle, runtime);
  await processClient(runtime).sendInput({
    process: { selector: { case: "pid", value: pid } },
    input: { input: { case: "stdin", value: new TextEncoder().encode("on\n") } },
  });
  await starter.find("end");
  assertEquals([await starter.next(), await list(runtime)], [undefined, []]);
});

Deno.test("B1 and B2 together: the daemon dies", async () => {
  await using runtime = await startLocalRuntime({ bugs: ["B1", "B2"] });
  const { starter, idle } = await stall(runtime, { ...PINGED, fetch: runtime.fetch });
  idle.abort();
  await assertRejects(() => starter.find("end"), TypeError);
  await assertDead(runtime);
});

/** Starts something and cuts the stream before its first frame. */
async function startAndCut(runtime: LocalRuntime, script: string): Promise<void> {
  // The bare fetch starts nothing before the body is read for the first time.
  const stream = await start(runtime, script, { fetch: runtime.fetch });
  const cut = assertRejects(() => stream.next());
  stream.abort();
  await cut;
}

Deno.test("B4: a Start that is cut before its first frame is listed for ever", async () => {
  await using runtime = await startLocalRuntime({ bugs: ["B4"] });
  await startAndCut(runtime, "read line; echo bye");
  while ((await list(runtime)).length === 0);
  const [pid = 0] = await list(runtime);
  assert(isRunning(pid));
  const late = await connect(runtime, pid, PINGED);
  await startedPid(late);
  await kill(runtime, pid);
  while (isRunning(pid));
  assert("keepalive" in (await late.next())!, "no end");
  assertEquals(await list(runtime), [pid]);
  await cut(late, runtime);
});

Deno.test("B4: a Start that is cut after its first frame, or without the bug, ends like any other", async () => {
  await using ill = await startLocalRuntime({ bugs: ["B4"] });
  await using healthy = await startLocalRuntime({ bugs: ["B1", "B2", "B6"] });
  const stream = await start(ill, "read line");
  const pid = await startedPid(stream);
  await cut(stream, ill);
  await kill(ill, pid);
  await startAndCut(healthy, "sleep 0.1");
  while ((await list(healthy)).length === 0);
  for (const runtime of [ill, healthy]) while ((await list(runtime)).length > 0);
  assertEquals(running([pid]), []);
});

Deno.test("LocalRuntime.close() leaves nothing of a runtime with bugs", async () => {
  const runtime = await startLocalRuntime({ bugs: ["B2", "B4"] });
  const { starter, idle, pid } = await stall(runtime, { ...PINGED, fetch: runtime.fetch });
  await startAndCut(runtime, "exec sleep 300");
  while ((await list(runtime)).length < 2);
  idle.abort();
  const pids = await list(runtime);
  assert(pids.includes(pid));
  await runtime.close();
  assertEquals(running(pids), []);
  await assertRejects(() => starter.find("end"));
});
