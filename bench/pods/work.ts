/**
 * Does one job in a pod of a real API server and prints what it took: `work <job> <pod> <path> <amount>`. The jobs: `exec`
 * and `bare` read so many bytes of output, by the client and by a loop over a bare WebSocket; `to` and `from` copy a path;
 * `many` runs so many commands at once.
 */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import process from "node:process";
import { Readable } from "node:stream";
import { KubeClient } from "../../src/k8s/mod.ts";
import { forgetPeak, peak, resident } from "../memory.ts";

/** What a job took. */
export interface PodSample {
  readonly ms: number;
  readonly cpuMs: number;
  readonly growthMib: number;
}

const [job = "", pod = "", path = "", amount = "0"] = process.argv.slice(2);

/** Every byte is counted: a loop that loses some is not fast. */
function check(seen: number, bytes: string): void {
  if (seen !== Number(bytes)) throw new Error(`Cannot trust "${job}": saw ${seen} instead of ${bytes}`);
}

const commandOf = (bytes: string) => ["head", "-c", bytes, "/dev/zero"] as const;

async function exec(bytes = amount): Promise<void> {
  await using kube = await KubeClient.load();
  await using exec = await kube.exec({ pod }, commandOf(bytes));
  const ended = exec.wait({ capture: false });
  let seen = 0;
  const reader = exec.stdout.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) seen += next.value.byteLength;
  await ended;
  check(seen, bytes);
}

async function bare(bytes = amount): Promise<void> {
  const { WebSocket } = await import("ws");
  const { K8S_SERVER: server = "", K8S_CA: ca = "", K8S_RUN: run = "" } = process.env;
  const admin = readFileSync(`${run}/tokens.csv`, "utf8").split("\n").find((line) => line.includes("system:masters"));
  const query = new URLSearchParams([...commandOf(bytes).map((word) => ["command", word]), ["stdout", "true"], [
    "stderr",
    "true",
  ]]);
  const url = `${server.replace("http", "ws")}/api/v1/namespaces/default/pods/${pod}/exec?${query}`;
  const socket = new WebSocket(url, ["v5.channel.k8s.io"], {
    ca: readFileSync(ca),
    headers: { authorization: `Bearer ${admin?.split(",")[0]}` },
    perMessageDeflate: false,
  });
  let seen = 0;
  socket.on("message", (data: Uint8Array) => {
    if (data[0] === 1) seen += data.byteLength - 1;
  });
  await once(socket, "close");
  check(seen, bytes);
}

async function to(): Promise<void> {
  await using kube = await KubeClient.load();
  const tar = spawn("tar", ["-cf", "-", "-C", dirname(path), basename(path)], { stdio: ["ignore", "pipe", "inherit"] });
  await kube.copyTo({ pod }, { from: Readable.toWeb(tar.stdout) as ReadableStream<Uint8Array>, to: amount });
}

async function from(): Promise<void> {
  await using kube = await KubeClient.load();
  const stream = await kube.copyFrom({ pod }, path);
  const tar = spawn("tar", ["-xf", "-", "-C", amount], { stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(tar, "close");
  // Not by Node's web streams, which hold back next to nothing on some engines.
  for await (const chunk of stream) if (!tar.stdin.write(chunk)) await once(tar.stdin, "drain");
  tar.stdin.end();
  if ((await ended)[0] !== 0) throw new Error("tar failed");
}

async function many(): Promise<void> {
  await using kube = await KubeClient.load();
  await Promise.all(Array.from({ length: Number(amount) }, async (_, index) => {
    await using exec = await kube.exec({ pod }, ["echo", String(index)]);
    const { stdout } = await exec.wait();
    if (stdout !== `${index}\n`) throw new Error(`${index} said ${stdout}`);
  }));
}

const jobs: Readonly<Record<string, (bytes?: string) => Promise<void>>> = { exec, bare, to, from, many };
// Both sides of a comparison within one runtime are warm; kubectl never is, so what stands beside it is not either.
if (job === "exec" || job === "bare") await jobs[job]!("1000000");
forgetPeak();
const before = resident();
const cpu = process.cpuUsage();
const start = performance.now();
await jobs[job]!();
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
const sample: PodSample = { ms, cpuMs: (user + system) / 1000, growthMib: peak() - before };
console.log(JSON.stringify(sample));
