/** A sandbox that is paused and resumed under its clients. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { assertRefused } from "../bad_input/refused.ts";
import { follow } from "../conformance/tools.ts";
import { behind, CALLS, ID } from "./behind.ts";

Deno.test("a pause cuts the streams of its clients, and the resumed sandbox serves the same client", async () => {
  await using own = await behind();
  const sandbox = own.client({ retry: {} });
  const handle = await sandbox.commands.start(["sh", "-c", "echo before; exec sleep 100"]);
  await follow(handle).until((text) => text === "before\n");
  const waited = handle.wait();
  own.route({ state: "paused" });
  const lost = await assertRefused(waited, "disconnected");
  assertEquals([lost.partial?.stdout, "exitCode" in (lost.partial ?? {})], ["before\n", false]);
  for (const [what, call] of Object.entries(CALLS)) {
    const error = await assertRefused(call(sandbox, "/nowhere"), "sandbox_not_running", what);
    assertStringIncludes(error.hint!, "paused");
  }
  assertEquals(await sandbox.health(), false);
  // After a resume the pod is another one; its token stays.
  await using resumed = await startLocalRuntime({ token: own.runtime.token });
  own.gateway.route(ID, resumed);
  assertEquals(await sandbox.health(), true);
  assertEquals(await sandbox.commands.list(), []);
  assertEquals((await sandbox.commands.run("echo again")).stdout, "again\n");
});

/** More pieces of 64 KiB than everything on the way can hold. */
const PIECES = 512;

Deno.test("a pause cuts a download and an upload, and neither passes for whole", async () => {
  await using own = await behind();
  const dir = await Deno.makeTempDir();
  await Deno.writeFile(`${dir}/large`, new Uint8Array(64 * 1024 * 1024));
  const sandbox = own.client({ user: "root" });
  const stream = await sandbox.files.readStream(`${dir}/large`);
  const reader = stream.getReader();
  await reader.read();
  own.route({ state: "paused" });
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();
  await assertRefused(drained, "network");
  own.route();
  let asked = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (++asked === PIECES) own.route({ state: "paused" });
      controller.enqueue(new Uint8Array(64 * 1024));
    },
  });
  const error = await assertRefused(sandbox.files.write(`${dir}/uploaded`, endless), "network");
  assert(asked >= PIECES && error.retryable, `${asked} pieces`);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("a call that finds the sandbox paused waits where the gateway wakes it up, and runs once", async () => {
  await using own = await behind({ revision: "later" });
  const dir = await Deno.makeTempDir();
  const sandbox = own.client({ user: "root" });
  for (const [what, call] of Object.entries(CALLS)) {
    let resume = () => {};
    const resumed = new Promise<void>((resolve) => resume = resolve);
    let woken = () => {};
    const waking = new Promise<void>((resolve) => woken = resolve);
    own.route({
      state: "paused",
      async wake() {
        woken();
        await resumed;
        own.route();
      },
    });
    const before = own.answers.length;
    const waiting = call(sandbox, dir);
    await waking;
    assertEquals(own.answers.length, before, `${what} waits`);
    resume();
    await waiting;
    const paths = own.answers.slice(before).map(({ path }) => path);
    assertEquals([...new Set(paths)], paths, `${what}: each once`);
  }
  await Deno.remove(dir, { recursive: true });
});

Deno.test("who waits for a paused sandbox can go, by its own limit or the caller's", async () => {
  await using own = await behind({ revision: "later" });
  let woken = () => {};
  const paused = () => {
    const waking = new Promise<void>((resolve) => woken = resolve);
    own.route({
      state: "paused",
      wake() {
        woken();
        return new Promise(() => {});
      },
    });
    return waking;
  };
  void paused();
  await assertRefused(own.client({ requestTimeoutMs: 200 }).commands.list(), "request_timeout");
  const waking = paused();
  const aborter = new AbortController();
  const reason = new Error("enough");
  const listed = own.client().commands.list({ signal: aborter.signal }).catch((error) => error);
  await waking;
  aborter.abort(reason);
  assertEquals(await listed, reason);
  own.route();
  assertEquals(await own.client().health(), true);
});

Deno.test("who asks until the sandbox is resumed gets through then", async () => {
  let asked = 0;
  await using own = await behind({ onAnswer: ({ reply }) => reply && ++asked === 3 && own.route() }, {
    state: "paused",
  });
  const sandbox = own.client();
  while (!await sandbox.health());
  assertEquals(asked, 3);
  assertEquals((await sandbox.commands.run("echo there")).stdout, "there\n");
});
