/**
 * Copies, logs and ports on a real API server (`tests/kube/up.sh`), on both kinds of node. For Deno, Bun and Node: with
 * `KUBECONFIG` set, it prints a line for each case and ends with 1 where one failed.
 */

import { Buffer } from "node:buffer";
import { createHash, randomUUID } from "node:crypto";
import { createServer, type Socket } from "node:net";
import process from "node:process";
import { isSandboxError } from "../../../../mod.ts";
import { KubeClient, logLines, type PodTarget } from "../../../../src/k8s/mod.ts";
import { archive, made, streamOf } from "../copy/archives.ts";

const kube = await KubeClient.load();
let failures = 0;

async function check(name: string, run: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  const error = await run().then(() => undefined, (error: unknown) => error);
  if (error !== undefined) failures++;
  const words = error === undefined ? "ok" : `FAILED: ${error instanceof Error ? error.stack : String(error)}`;
  console.log(`${name} ... ${words} (${Math.round(performance.now() - start)} ms)`);
}

function same(actual: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${one} is not ${other}`);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (error: unknown) => error);
  if (!isSandboxError(error)) throw new Error(`no SandboxError but ${String(error)}`);
  return error.code;
}

async function digestOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  const reader = stream.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) hash.update(next.value);
  return hash.digest("hex");
}

async function sh(target: PodTarget, script: string): Promise<string> {
  await using exec = await kube.exec(target, ["sh", "-c", script]);
  return (await exec.wait()).stdout;
}

for (const pod of ["box", "box-spdy"]) {
  const target = { pod };
  const dir = `copy-${randomUUID()}`;
  await check(`${pod}: a tree of 2,000 files, modes, times, links and odd names both ways`, async () => {
    await sh(
      target,
      `mkdir -p ${dir}/tree/sub && cd ${dir}/tree && i=0 && while [ $i -lt 2000 ]; do echo $i >sub/$i; i=$((i+1)); done
      printf x >"it's \\"odd\\""; printf y >-dash; printf z >'back\\nslash'; ln -s sub/1 link; chmod 4750 sub/2
      touch -d 2001-02-03T04:05:06Z sub/3 sub; truncate -s 20M sparse; printf e >>sparse`,
    );
    await kube.copyTo(target, { from: await kube.copyFrom(target, `${dir}/tree`), to: `${dir}/there` });
    const list =
      "find . -type f -exec sha256sum {} + | sort; find . -printf '%P %m %T+ %l\\n' | sed 's/\\.[0-9]* / /' | sort";
    same(await sh(target, `cd ${dir}/there/tree && { ${list}; }`), await sh(target, `cd ${dir}/tree && { ${list}; }`));
  });
  await check(`${pod}: 100 MiB both ways`, async () => {
    await sh(target, `head -c 104857600 /dev/urandom >${dir}/large`);
    const digest = await digestOf(await kube.copyFrom(target, `${dir}/large`));
    await kube.copyTo(target, { from: await kube.copyFrom(target, `${dir}/large`), to: `${dir}/large-too` });
    same(await sh(target, `cmp ${dir}/large ${dir}/large-too/large && echo same`), "same\n");
    same(await digestOf(await kube.copyFrom(target, `${dir}/large`)), digest);
  });
  await check(`${pod}: unsafe, cut off, missing, something else there`, async () => {
    const copy = (bytes: Uint8Array, to = `${dir}/bad`) => kube.copyTo(target, { from: streamOf(bytes), to });
    same(await codeOf(copy(archive({ name: "../x" }))), "invalid_argument");
    same(await codeOf(copy(made({ name: "x", data: "y" }))), "invalid_argument");
    same(await codeOf(copy(archive({ name: "x" }), `${dir}/large`)), "not_a_directory");
    same(await codeOf(kube.copyFrom(target, `${dir}/none`)), "file_not_found");
    same(await codeOf(kube.copyFrom({ pod: "none" }, dir)), "kube_status");
  });
  await check(`${pod}: stopped reading`, async () => {
    const reader = (await kube.copyFrom(target, `${dir}/large`)).getReader();
    await reader.read();
    await reader.cancel();
  });
  await check(`${pod}: a log`, async () => {
    const log = await kube.logs(target, { tailLines: 5 });
    let lines = 0;
    for await (const line of logLines(log)) if (line !== undefined) lines++;
    if (lines > 5) throw new Error(`${lines} lines`);
    same(await codeOf(kube.logs({ pod, container: "none" })), "kube_status");
  });
  await check(`${pod}: ports`, async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    {
      await using forward = kube.portForward(target, port);
      const connections = await Promise.all([1, 2, 3].map(() => forward.connect()));
      await connections[2]!.readable.cancel();
      for (const { readable, writable } of connections.slice(0, 2)) {
        const data = Buffer.alloc(1_000_000, "0123456789abcdef-");
        const writer = writable.getWriter();
        const sent = writer.write(new Uint8Array(data));
        const reader = readable.getReader();
        for (let at = 0; at < data.byteLength;) {
          const { value } = await reader.read();
          if (!data.subarray(at, at + value!.byteLength).equals(value!)) throw new Error(`other bytes at ${at}`);
          at += value!.byteLength;
        }
        await sent;
        await reader.cancel();
      }
    }
    // The kubelet of these tests does not end its side when ours ends.
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await using nobody = kube.portForward(target, port);
    const { readable } = await nobody.connect();
    same(await codeOf(readable.getReader().read()), "network");
    await using none = kube.portForward({ pod: "none" }, port);
    same(await codeOf(none.connect()), "kube_status");
  });
  await check(`${pod}: a listener for HTTP`, async () => {
    const { createServer } = await import("node:http");
    const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    {
      await using forward = kube.portForward(target, (server.address() as { port: number }).port);
      const address = await forward.listen();
      const texts = await Promise.all([1, 2, 3].map(async (n) => await (await fetch(`http://${address}/${n}`)).text()));
      same(texts, ["you asked for /1", "you asked for /2", "you asked for /3"]);
    }
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  await sh(target, `rm -rf ${dir}`);
}
await check("two: the annotated container's log", async () => {
  await (await kube.logs({ pod: "two" })).cancel();
});
await kube.close();
process.exitCode = failures === 0 ? 0 : 1;
