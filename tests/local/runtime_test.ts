import { assert, assertEquals, assertFalse, assertNotEquals, assertRejects } from "@std/assert";
import { existsSync } from "node:fs";
import { Agent, request } from "node:http";
import { relative } from "node:path";
import { RuntimeClient } from "../../mod.ts";
import { type LocalRuntimeOptions, startLocalRuntime } from "../../src/local/mod.ts";
import { nextEvent, processClient, rest, script, startedPid } from "./process_client.ts";
import { isRunning } from "./running.ts";

Deno.test("startLocalRuntime() makes a random token and refuses requests without it", async () => {
  await using one = await startLocalRuntime();
  await using other = await startLocalRuntime();
  assertNotEquals(one.token, other.token);
  const refused = await fetch(`${one.url}/envs`);
  assertEquals(refused.status, 401);
  await refused.body?.cancel();
  const headers = { "x-access-token": one.token };
  const allowed = await fetch(`${one.url}/envs`, { headers });
  assertEquals(await allowed.json(), { E2B_SANDBOX: "false" });
  assertEquals(one.clientOptions().runtimeToken, one.token);
});

Deno.test("startLocalRuntime() is open with an empty token", async () => {
  await using runtime = await startLocalRuntime({ token: "", envs: { A: "1" } });
  const response = await runtime.fetch("http://anything/envs");
  assertEquals(await response.json(), { A: "1", E2B_SANDBOX: "false" });
  assertFalse("runtimeToken" in runtime.clientOptions());
});

Deno.test("startLocalRuntime() tells where its own port is, and those of the commands that it runs", async () => {
  await using runtime = await startLocalRuntime();
  const { sandboxBaseUrl } = runtime.clientOptions();
  assert(typeof sandboxBaseUrl === "function");
  assertEquals([49983, 3000].map(sandboxBaseUrl), [runtime.url, "http://127.0.0.1:3000"]);
  assertEquals(new RuntimeClient(runtime.clientOptions()).runtimeUrl, runtime.url);
});

Deno.test("startLocalRuntime() rejects where the port is taken", async () => {
  await using runtime = await startLocalRuntime();
  const port = Number(new URL(runtime.url).port);
  await assertRejects(() => startLocalRuntime({ port }), Error);
});

const WRONG: readonly [what: string, options: unknown, ErrorClass: typeof Error, message: string][] = [
  ["a version that it cannot be", { version: "0.3.0" }, TypeError, "version must be one of 0.2.10, 0.6.13"],
  ["a port above all", { port: 65536 }, RangeError, "port must be an integer"],
  ["a port below all", { port: -1 }, RangeError, "port must be an integer"],
  ["a port that is a text", { port: "80" }, RangeError, "port must be an integer"],
  ["a token that is no text", { token: null }, TypeError, "token"],
  ["a variable that is no text", { envs: { A: 1 } }, TypeError, 'envs["A"]'],
  ["a home directory that is not there", { home: "/nowhere/at/all" }, TypeError, '"/nowhere/at/all": it must exist'],
  ["a home directory that is a file", { home: "/dev/null" }, TypeError, "it must be a directory"],
  ["an account without a home directory", { accounts: { a: {} } }, TypeError, 'accounts["a"].home'],
  ["an account's relative home directory", { accounts: { a: { home: "x" } } }, TypeError, "absolute"],
  ["bugs that are no list", { bugs: "B1" }, TypeError, "bugs: it must be an array"],
  ["a bug that it cannot have", { bugs: ["B3"] }, TypeError, "the bug B3: take of B1, B2, B4, B6"],
  ["a bug of another version", { bugs: ["B6", "B1"], version: "0.6.13" }, TypeError, "0.6.13 does not have it"],
  ["an account's id that is none", { accounts: { a: { home: "/x", uid: -1 } } }, RangeError, 'accounts["a"].uid'],
];

for (const [what, options, ErrorClass, message] of WRONG) {
  Deno.test(`startLocalRuntime() refuses ${what}`, async () => {
    await assertRejects(() => startLocalRuntime(options as LocalRuntimeOptions), ErrorClass, message);
  });
}

Deno.test("startLocalRuntime() makes a relative home directory absolute", async () => {
  const home = await Deno.realPath(await Deno.makeTempDir());
  const runtime = await startLocalRuntime({ home: relative(Deno.cwd(), home) });
  const stream = processClient(runtime).start(script("echo $HOME"))[Symbol.asyncIterator]();
  assertEquals((await rest(stream)).stdout, `${home}\n`);
  await runtime.close();
  await Deno.remove(home);
});

Deno.test("LocalRuntime.close() kills processes and what they started, and can be called twice", async () => {
  const runtime = await startLocalRuntime();
  const stream = processClient(runtime)
    .start(script("sleep 300 & echo $!; wait"))[Symbol.asyncIterator]();
  const pid = await startedPid(stream);
  const event = await nextEvent(stream);
  const grandchild = event.case === "data" && event.value.output.case === "stdout"
    ? Number(new TextDecoder().decode(event.value.output.value))
    : NaN;
  await Promise.all([runtime.close(), runtime.close()]);
  await assertRejects(() => fetch(`${runtime.url}/health`), TypeError);
  assertEquals(isRunning(pid), false);
  if (Deno.build.os === "linux") assertEquals(isRunning(grandchild), false);
  // Whether the last frame still went out before the socket closed is chance.
  await rest(stream).catch(() => {});
});

Deno.test("LocalRuntime.close() removes the temporary home directory, and no other", async () => {
  const home = await Deno.makeTempDir();
  const [own, given] = await Promise.all([startLocalRuntime(), startLocalRuntime({ home })]);
  const homes = await Promise.all([own, given].map(async (runtime) => {
    const stream = processClient(runtime).start(script("pwd"))[Symbol.asyncIterator]();
    return (await rest(stream)).stdout.trim();
  }));
  assertEquals(homes[1], home);
  assertEquals(homes.map((path) => existsSync(path)), [true, true]);
  await Promise.all([own.close(), given.close()]);
  assertEquals(homes.map((path) => existsSync(path)), [false, true]);
  await Deno.remove(home);
});

Deno.test("LocalRuntime.fetch() rejects with the reason of its signal, and after close()", async () => {
  const runtime = await startLocalRuntime({ token: "" });
  const reason = new Error("enough");
  await assertRejects(
    () => runtime.fetch("http://x/health", { signal: AbortSignal.abort(reason) }),
    Error,
    "enough",
  );
  await runtime.close();
  await assertRejects(() => runtime.fetch("http://x/health"), TypeError, "closed");
});

Deno.test("LocalRuntime.fetch() ends a stream with the reason of its signal, and the process lives on", async () => {
  await using runtime = await startLocalRuntime({ token: "" });
  const aborter = new AbortController();
  const message = new TextEncoder().encode('{"process":{"cmd":"sleep","args":["300"]}}');
  const response = await runtime.fetch("http://x/process.Process/Start", {
    method: "POST",
    headers: {
      "content-type": "application/connect+json",
      "authorization": `Basic ${btoa("root:")}`,
    },
    body: new Uint8Array([0, 0, 0, 0, message.length, ...message]),
    signal: aborter.signal,
  });
  const reader = response.body!.getReader();
  await reader.read();
  aborter.abort(new Error("gone"));
  await assertRejects(() => reader.read(), Error, "gone");
  assertEquals((await processClient(runtime).list({})).processes.length, 1);
});

Deno.test("LocalRuntime.close() ends what LocalRuntime.fetch() has begun", async () => {
  const home = await Deno.makeTempDir();
  const runtime = await startLocalRuntime({ token: "", home });
  // No answer comes before the end of the body.
  const asked = runtime.fetch("http://x/init", { method: "POST", body: new ReadableStream() });
  const refused = assertRejects(() => asked, TypeError, "closed");
  await Deno.writeFile(`${home}/large`, new Uint8Array(1024 * 1024));
  const response = await runtime.fetch("http://x/files?username=root&path=large");
  const reader = response.body!.getReader();
  await reader.read();
  await runtime.close();
  await refused;
  await assertRejects(() => reader.read(), TypeError, "closed");
  await Deno.remove(home, { recursive: true });
});

Deno.test("LocalRuntime answers the next request of a connection whose upload it refused", async () => {
  await using runtime = await startLocalRuntime();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const upload = await send(agent, `${runtime.url}/init`, "POST", new Uint8Array(4 * 1024 * 1024));
  const health = await send(agent, `${runtime.url}/health`, "GET");
  agent.destroy();
  assertEquals([upload, health], [401, 204]);
});

function send(agent: Agent, url: string, method: string, body?: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode!));
    });
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}
