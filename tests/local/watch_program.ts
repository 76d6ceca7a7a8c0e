/** Watches in every way, and prints how many of the kernel's watches and instances are left after each. */

import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";

interface Left {
  readonly instances: number;
  readonly watches: number;
}

/** What this process has open of inotify, as the kernel tells it. */
async function left(): Promise<Left> {
  let [instances, watches] = [0, 0];
  for await (const { name } of Deno.readDir("/proc/self/fd")) {
    const target = await Deno.readLink(`/proc/self/fd/${name}`).catch(() => "");
    if (target !== "anon_inode:inotify") continue;
    instances++;
    const info = await Deno.readTextFile(`/proc/self/fdinfo/${name}`);
    watches += info.split("\n").filter((line) => line.startsWith("inotify ")).length;
  }
  return { instances, watches };
}

/** The daemon learns of a client that left a moment after it did. */
async function settled(wanted: number): Promise<Left> {
  for (let i = 0; i < 500 && (await left()).watches > wanted; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return await left();
}

const results: Record<string, Left> = {};
const runtime = await startLocalRuntime();
const { files } = new RuntimeClient(runtime.clientOptions());
await files.makeDir("w/a/b");

for (const polling of [false, true]) {
  const form = polling ? "polling" : "stream";
  const one = await files.watchDir("w", { polling });
  const two = await files.watchDir("w", { polling, recursive: true });
  results[`${form}: two`] = await left();
  await one.stop();
  results[`${form}: one`] = await settled(3);
  await two.stop();
  results[`${form}: none`] = await settled(0);
  const controller = new AbortController();
  await files.watchDir("w", { polling, recursive: true, signal: controller.signal });
  controller.abort();
  results[`${form}: aborted`] = await settled(0);
  const gone = await files.watchDir("w/a", { polling, recursive: true });
  await files.remove("w/a");
  await Array.fromAsync(gone).catch(() => {});
  results[`${form}: removed`] = await settled(0);
  await files.makeDir("w/a/b");
}

// A client that is not there any more, and one whose runtime closes.
const client = new AbortController();
const { url, fetch } = runtime;
for (const path of ["one", "two"]) await files.makeDir(path);
const body = JSON.stringify({ path: "one" });
const frame = new Uint8Array(5 + body.length);
new DataView(frame.buffer).setUint32(1, body.length);
frame.set(new TextEncoder().encode(body), 5);
const response = await fetch(`${url}/filesystem.Filesystem/WatchDir`, {
  method: "POST",
  headers: {
    "content-type": "application/connect+json",
    authorization: "Basic cm9vdDo=",
    "x-access-token": runtime.token,
  },
  body: frame,
  signal: client.signal,
});
const reader = response.body!.getReader();
await reader.read();
results["bare fetch"] = await left();
client.abort();
await reader.read().catch(() => {});
results["bare fetch aborted"] = await settled(0);
const open = [await files.watchDir("one"), await files.watchDir("two", { polling: true })];
const ended = open.map((watch) => Array.fromAsync(watch).catch((error) => error.code));
results["before close"] = await left();
await runtime.close();
results["closed"] = await settled(0);
console.log(JSON.stringify({ results, ended: await Promise.all(ended) }));
