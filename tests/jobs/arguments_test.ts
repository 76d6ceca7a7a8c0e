import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { Connection } from "../../src/connection/connection.ts";
import { NotFoundError, SandboxError } from "../../mod.ts";
import { Healing } from "../../src/jobs/heal.ts";
import { resolveOptions } from "../../src/options.ts";
import { fake } from "../bad_input/fake.ts";
import { startBox } from "./tools.ts";

Deno.test("what cannot be is refused before any request", async () => {
  const { sandbox, paths } = fake(() => new Response());
  const { jobs, commands } = sandbox;
  for (const id of ["", "../../x", "a b", "a\nb", "x".repeat(300), "-", ".", "a/b", "a\0"]) {
    await assertRejects(() => jobs.start(["true"], { id }), RangeError, "as the id of a job");
    await assertRejects(() => jobs.get(id), RangeError);
  }
  await assertRejects(() => jobs.get(undefined as never), TypeError);
  await assertRejects(() => jobs.start(""), TypeError);
  await assertRejects(() => jobs.start([]), TypeError);
  await assertRejects(() => jobs.start(["a\0"]), TypeError);
  await assertRejects(() => jobs.start(["a"], { cwd: "a\0" }), TypeError);
  await assertRejects(() => jobs.start(["a"], { envs: { "A=B": "c" } }), TypeError);
  await assertRejects(() => jobs.start(["a"], { timeoutMs: -1 }), RangeError);
  await assertRejects(() => jobs.start(["a"], { timeoutMs: NaN }), RangeError);
  await assertRejects(() => jobs.start(["a"], { requestTimeoutMs: -1 }), RangeError);
  await assertRejects(() => jobs.start(["a"], { user: 7 as never }), TypeError);
  await assertRejects(() => jobs.start(["a"], { stdin: true as never }), TypeError);
  await assertRejects(() => commands.run(["a"], { durable: true, tag: "x" }), TypeError, "tag");
  await assertRejects(() => commands.run(["a"], { durable: true, stdin: true }), TypeError, "stdin");
  await assertRejects(() => commands.run(["a"], { durable: true, onStdout: 7 as never }), TypeError);
  await assertRejects(() => commands.run(["a"], { durable: true, maxOutputBytes: -1 }), RangeError);
  await assertRejects(() => commands.run(["a"], { durable: true, background: true }), TypeError, "start a job");
  assertEquals(paths, []);
});

Deno.test("an aborted signal makes no request, and rejects with its reason", async () => {
  await using box = await startBox();
  const job = await box.client().jobs.start(["sleep", "600"], { id: "a" });
  const requests: string[] = [];
  const sandbox = box.client({ onRequest: ({ operation }) => requests.push(operation) });
  const there = await sandbox.jobs.get("a");
  requests.length = 0;
  const reason = new Error("no");
  const signal = AbortSignal.abort(reason);
  for (
    const call of [
      () => sandbox.jobs.start(["true"], { signal }),
      () => sandbox.jobs.start(["cat"], { signal, stdin: "x" }),
      () => sandbox.jobs.get("a", { signal }),
      () => sandbox.jobs.list({ signal }),
      () => there.status({ signal }),
      () => there.output({ signal }),
      () => there.wait({ signal }),
      () => there.kill({ signal }),
      () => there.remove({ signal }),
      () => sandbox.commands.run(["true"], { signal, durable: true }),
    ]
  ) assertStrictEquals(await call().then(() => undefined, (error) => error), reason, call.toString());
  assertEquals(requests, []);
  assertEquals((await job.status()).state, "running");
});

Deno.test("output() takes offsets and nothing else", async () => {
  await using box = await startBox();
  const job = await box.client().jobs.start(["echo", "hello"]);
  await job.wait();
  for (const from of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
    await assertRejects(() => job.output({ from }), RangeError);
  }
  await assertRejects(() => job.output({ from: "1" as never }), TypeError);
  await assertRejects(() => job.output({ stream: "both" as never }), TypeError);
  await assertRejects(() => job.kill({ graceMs: -1 }), RangeError);
  await assertRejects(() => job.wait({ onStdout: 7 as never }), TypeError);
});

Deno.test("an abort ends whatever waits, at once and with its reason, and nothing is left in the sandbox", async () => {
  await using box = await startBox();
  const operations: string[] = [];
  const sandbox = box.client({ onRequest: ({ operation }) => operations.push(operation) });
  const job = await sandbox.jobs.start(["sleep", "600"]);
  const reason = new Error("enough");
  const stop = new AbortController();
  const reading = (await job.output({ follow: true, signal: stop.signal })).getReader().read();
  const waiting = job.wait({ signal: stop.signal });
  const outcomes = Promise.all([reading, waiting].map((promise: Promise<unknown>) => promise.catch((error) => error)));
  while ((await sandbox.commands.list()).length < 2);
  stop.abort(reason);
  for (const outcome of await outcomes) assertStrictEquals(outcome, reason);
  while ((await sandbox.commands.list()).length > 0);
  const cancelled = await job.output({ follow: true });
  const reader = cancelled.getReader();
  void reader.read();
  while ((await sandbox.commands.list()).length < 1);
  const asked = operations.length;
  await reader.cancel();
  while ((await sandbox.commands.list()).length > 0);
  assert(operations.slice(asked).some((operation) => !operation.includes("List")), "it was left to end by itself");
  assertEquals((await job.status()).state, "running");
});

Deno.test("following a job that is silent asks once in a while, and sees what comes at once", async () => {
  await using box = await startBox();
  let requests = 0;
  const sandbox = box.client({ onRequest: () => void requests++ });
  const job = await sandbox.jobs.start(["sh", "-c", "echo one; sleep 3; date +%s%N; sleep 600"]);
  const reader = (await job.output({ follow: true })).getReader();
  await reader.read();
  requests = 0;
  const { value } = await reader.read();
  const lateMs = Date.now() - Number(new TextDecoder().decode(value)) / 1e6;
  assert(requests <= 3, `${requests} requests in 3 s`);
  // Up to 0.25 s on a machine that has the time.
  assert(lateMs < 2_000, `${lateMs} ms`);
  await reader.cancel();
});

Deno.test("healing goes on while something arrives, and gives up after a minute of nothing", async () => {
  using time = new FakeTime();
  const connection = new Connection(resolveOptions({ sandboxBaseUrl: "http://sandbox.test" }));
  const broken = new SandboxError("broken", { code: "network" });
  const healing = new Healing(connection, undefined, "long");
  let tries = 0;
  let failure: unknown;
  const started = Date.now();
  void healing.repeat(() => {
    tries++;
    return Promise.reject(broken);
  }).catch((error) => failure = error);
  while (failure === undefined) await time.tickAsync(100);
  assertStrictEquals(failure, broken);
  const seconds = (Date.now() - started) / 1000;
  assert(seconds > 55 && seconds <= 61, `${seconds} s`);
  assert(tries > 20 && tries < 80, `${tries} tries`);
  // Each time almost a minute of nothing.
  const lively = new Healing(connection, undefined, "long");
  for (let i = 0; i < 3; i++) {
    const until = Date.now() + 50_000;
    let arrived: unknown;
    void lively.repeat(() => Date.now() < until ? Promise.reject(broken) : Promise.resolve("here"))
      .then((value) => arrived = value, (error) => arrived = error);
    while (arrived === undefined) await time.tickAsync(100);
    assertEquals(arrived, "here");
  }
  const other = new NotFoundError("gone", { code: "job_not_found" });
  assertStrictEquals(await healing.repeat(() => Promise.reject(other)).catch((error) => error), other);
});

Deno.test("a job that prints all the time is asked for ten times a second at most", async () => {
  await using box = await startBox();
  let requests = 0;
  const sandbox = box.client({ onRequest: () => void requests++ });
  const job = await sandbox.jobs.start([
    "sh",
    "-c",
    "i=0; while [ $i -lt 150 ]; do echo $i; sleep 0.01; i=$((i + 1)); done",
  ]);
  const started = performance.now();
  requests = 0;
  const output = await new Response(await job.output({ follow: true })).text();
  const seconds = (performance.now() - started) / 1000;
  assertEquals(output, Array.from({ length: 150 }, (_, i) => `${i}\n`).join(""));
  assert(requests <= 2 * (10 * seconds + 2), `${requests} requests in ${seconds} s`);
  assert(requests >= 4, `${requests} requests`);
});
