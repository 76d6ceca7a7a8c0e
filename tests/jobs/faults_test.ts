import { assert, assertEquals, assertRejects } from "@std/assert";
import { SandboxError } from "../../mod.ts";
import { gatewayReply, startFaultProxy } from "../../src/testing/mod.ts";
import { bytesOf, startBox, textOf } from "./tools.ts";

/** Prints 10 MiB and more in 30 portions, while it is followed. */
const LINES = 50_000;
const PORTIONS = 30;
const TALKER =
  `i=0; while [ $i -lt ${PORTIONS} ]; do seq $((i * ${LINES} + 1)) $(((i + 1) * ${LINES})); i=$((i + 1)); ` +
  "sleep 0.05; done";

async function* talk(): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < PORTIONS; i++) {
    yield new TextEncoder().encode(Array.from({ length: LINES }, (_, j) => `${i * LINES + j + 1}\n`).join(""));
  }
}

Deno.test("output() is whole, with every byte once, over a hundred connections that break", async () => {
  await using box = await startBox();
  await using proxy = await startFaultProxy(box.url);
  const job = await box.client().jobs.start(["sh", "-c", TALKER], { id: "talker" });
  const away = await box.client({ sandboxBaseUrl: proxy.url }).jobs.get("talker");
  for (let i = 0; i < 90; i++) {
    const bytes = 40_000 + (i * 7_919) % 60_000;
    proxy.next({ match: "GET /files", ...(i % 2 ? { resetAfterBytes: bytes } : { cutAfterBytes: bytes }) });
  }
  for (let i = 0; i < 10; i++) {
    proxy.next({
      match: "/process.Process/Start",
      ...(i % 3 === 0
        ? { loseResponse: true }
        : i % 3 === 1
        ? { cutAtFrame: 1 }
        : { reply: gatewayReply("gatewayNotReady") }),
    });
  }
  const output = await bytesOf(await away.output({ follow: true }));
  const expected = new Uint8Array(await new Response(ReadableStream.from(talk())).arrayBuffer());
  assert(output.byteLength > 10 * 2 ** 20);
  assertEquals(output.byteLength, expected.byteLength);
  assert(output.every((byte, i) => byte === expected[i]));
  assert(proxy.struck.length > 60, `${proxy.struck.length} faults struck`);
  assertEquals((await job.status()).state, "exited");
});

Deno.test("wait() gives the same over connections that break, and a durable run too", async () => {
  await using box = await startBox();
  await using proxy = await startFaultProxy(box.url);
  const sandbox = box.client({ sandboxBaseUrl: proxy.url });
  const line = "seq 200000; seq 100000 >&2; sleep 0.2; echo end; exit 3";
  const plain = await box.client().commands.run(line, { check: false });
  for (let i = 0; i < 12; i++) {
    proxy.next({ match: "GET /files", cutAfterBytes: 50_000 + i * 10_000 });
    // Not those of the start too often: that is tried three times.
    proxy.next({ match: "/process.Process/Start", ...(i > 1 && i < 6 && { cutAtFrame: i % 2 }) });
  }
  let text = "";
  const onStdout = (part: string) => void (text += part);
  const durable = await sandbox.commands.run(line, { check: false, durable: true, onStdout });
  assertEquals({ ...durable, pid: 0 }, { ...plain, pid: 0 });
  assertEquals(text, plain.stdout);
  assert(proxy.struck.length >= 12, `${proxy.struck.length} faults struck`);
  assertEquals(await sandbox.jobs.list(), []);
});

Deno.test("a job outlives the daemon, and whoever follows it goes on when that is back", async () => {
  await using box = await startBox();
  const sandbox = box.client();
  const script = `echo one; until [ -e go ]; do sleep 0.05; done; echo two; exit 4`;
  const job = await sandbox.jobs.start(["sh", "-c", script], { cwd: box.home });
  const reader = (await job.output({ follow: true })).getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "one\n");
  const waiting = job.wait({ check: false });
  const rest = reader.read();
  await box.restart();
  await Deno.writeTextFile(`${box.home}/go`, "");
  assertEquals(new TextDecoder().decode((await rest).value), "two\n");
  assertEquals((await reader.read()).done, true);
  const { stdout, exitCode } = await waiting;
  assertEquals([stdout, exitCode], ["one\ntwo\n", 4]);
});

Deno.test("start() whose answer is lost is repeated, and runs once", async () => {
  await using box = await startBox();
  await using proxy = await startFaultProxy(box.url);
  const sandbox = box.client({ sandboxBaseUrl: proxy.url });
  for (const lost of [{ loseResponse: true }, { cutAtFrame: 0 }, { cutAtFrame: 1 }, { resetAfterBytes: 20 }]) {
    const id = crypto.randomUUID();
    proxy.next({ match: "/process.Process/Start", ...lost });
    const job = await sandbox.jobs.start(["sh", "-c", "echo ran >>runs; cat"], { id, cwd: box.home, stdin: "input" });
    assertEquals((await job.wait()).stdout, "input");
  }
  assertEquals(proxy.struck.length, 4);
  assertEquals(await Deno.readTextFile(`${box.home}/runs`), "ran\n".repeat(4));
  assertEquals((await box.client().jobs.list()).length, 4);
});

Deno.test("kill() and remove() whose answers are lost are repeated, and tell the truth", async () => {
  await using box = await startBox();
  await using proxy = await startFaultProxy(box.url);
  const { jobs } = box.client({ sandboxBaseUrl: proxy.url });
  const job = await jobs.start(["sleep", "600"]);
  proxy.next({ match: "/process.Process/Start", cutAtFrame: 1 });
  assertEquals(await job.kill(), true);
  assertEquals(await job.kill(), false);
  proxy.next({ match: "/process.Process/Start", cutAtFrame: 1 });
  await job.remove();
  assertEquals(proxy.struck.length, 2);
  assertEquals(await jobs.list(), []);
});

Deno.test("retry: false leaves a connection that breaks to the caller", async () => {
  await using box = await startBox();
  await using proxy = await startFaultProxy(box.url);
  const job = await box.client().jobs.start("seq 100000");
  await job.wait();
  const { jobs } = box.client({ sandboxBaseUrl: proxy.url, retry: false });
  const away = await jobs.get(job.id);
  proxy.next({ match: "GET /files", cutAfterBytes: 50_000 });
  await assertRejects(async () => await textOf(await away.output()), SandboxError);
  assertEquals((await textOf(await away.output())).length, 588_895);
});

Deno.test("a daemon that dies when it is left in the middle of output (B1) is not left so", async () => {
  await using box = await startBox({ bugs: ["B1", "B2", "B4"] });
  const sandbox = box.client();
  const job = await sandbox.jobs.start(["yes"]);
  for (let i = 0; i < 10; i++) {
    const reader = (await job.output({ follow: true })).getReader();
    for (let pieces = 0; pieces < i; pieces++) await reader.read();
    await reader.cancel();
    await assertRejects(() => job.wait({ capture: false, signal: AbortSignal.timeout(i * 5) }));
  }
  await job.kill();
  assertEquals(await sandbox.health(), true);
});

Deno.test("a durable run that is aborted at any moment leaves nothing", async () => {
  await using box = await startBox();
  const { commands, jobs } = box.client();
  const reason = new Error("stop");
  for (let i = 0; i < 12; i++) {
    const stop = new AbortController();
    const run = commands.run(["sh", "-c", `echo ran >>runs; sleep 600`], {
      durable: true,
      cwd: box.home,
      stdin: i % 2 ? "input" : undefined,
      signal: stop.signal,
    });
    // In the middle of whatever is done at that moment.
    setTimeout(() => stop.abort(reason), i * 15);
    assertEquals(await run.catch((error) => error), reason);
  }
  // Whatever goes on in the background has an end.
  while ((await jobs.list()).length > 0 || (await commands.list()).length > 0);
});
