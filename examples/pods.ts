/**
 * What `kubectl exec`, `cp`, `logs` and `port-forward` do, from a program. Without arguments it makes a cluster in this
 * program, whose container is a directory of this machine; with `<namespace>/<pod>` and a port it uses that pod, by the
 * configuration that `kubectl` would use. Runs on Deno, Bun and Node. In a project of your own, import from
 * "@kruise-agents/runtime" and "@kruise-agents/runtime/k8s".
 */

import { once } from "node:events";
import { createServer } from "node:http";
import process from "node:process";
import { packTar, unpackTar } from "modern-tar";
import { isSandboxError } from "../mod.ts";
import { KubeClient, type KubeObject, logLines, type PodTarget } from "../src/k8s/mod.ts";
import { startFakeKube } from "../src/testing/mod.ts";

function say(what: string, text: string): void {
  console.log(`  ${what.padEnd(9)} ${text}`);
}

async function runCommand(kube: KubeClient, target: PodTarget): Promise<void> {
  console.log("\nA command, its input and its exit code");
  await using exec = await kube.exec(target, ["sh", "-c", "tr a-z A-Z; exit 3"], { stdin: "hello", verified: true });
  const { stdout, exitCode } = await exec.wait({ check: false });
  say("stdout", stdout);
  say("exit", String(exitCode));
}

async function copy(kube: KubeClient, target: PodTarget): Promise<void> {
  console.log("\nA directory there, and back");
  const archive = await packTar([
    { header: { name: "notes/", type: "directory", size: 0, mode: 0o755 } },
    { header: { name: "notes/it's.txt", type: "file", size: 5, mode: 0o640 }, body: "there" },
  ]);
  const from = new Blob([archive as Uint8Array<ArrayBuffer>]).stream();
  await kube.copyTo(target, { from, to: "work" }, { onProgress: ({ bytes }) => say("sent", `${bytes} bytes`) });
  for (const { header, data } of await unpackTar(await kube.copyFrom(target, "work/notes"))) {
    say(header.type ?? "", `${header.name} ${new TextDecoder().decode(data)}`);
  }
  try {
    await kube.copyFrom(target, "work/none");
  } catch (error) {
    if (!isSandboxError(error, "file_not_found")) throw error;
    say("caught", error.message);
  }
}

async function readLog(kube: KubeClient, target: PodTarget): Promise<void> {
  console.log("\nThe last lines of the log");
  for await (const line of logLines(await kube.logs(target, { tailLines: 2 }))) say("log", line);
}

async function forward(kube: KubeClient, target: PodTarget, port: number): Promise<void> {
  console.log("\nA port of the pod");
  await using forward = kube.portForward(target, port);
  // Whoever connects sees a reset; why is told here.
  const address = await forward.listen({ onError: (error) => say("caught", String(error)) });
  try {
    const response = await fetch(`http://${address}/`);
    say("answer", `${response.status} ${(await response.text()).slice(0, 60)}`);
  } catch (error) {
    say("no answer", String(error));
  }
}

async function useAll(kube: KubeClient, target: PodTarget, port: number): Promise<void> {
  await runCommand(kube, target);
  await copy(kube, target);
  await readLog(kube, target);
  await forward(kube, target, port);
}

/** A cluster of its own: ports of its pods are this machine's. */
async function useFake(): Promise<void> {
  const box = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "box" },
    spec: { nodeName: "here", containers: [{ name: "main" }] },
    status: { phase: "Running" },
  };
  await using fake = await startFakeKube({ objects: [box as KubeObject] });
  await using listener = await fake.listen();
  await using kube = await KubeClient.fromConfig(listener.config);
  fake.pods.print({ pod: "box" }, "starting\nready\nfirst request\n");
  const server = createServer((request, response) => response.end(`the pod's answer to ${request.url}`));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await useAll(kube, { pod: "box" }, (server.address() as { port: number }).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function main([name, port = "80"]: readonly string[]): Promise<number> {
  if (name === undefined) {
    await useFake();
    return 0;
  }
  const [, namespace, pod] = /^([^/]+)\/([^/]+)$/.exec(name) ?? [];
  if (pod === undefined || !/^\d+$/.test(port)) {
    console.error("Usage: pods.ts [<namespace>/<pod> [<port>]]");
    return 2;
  }
  try {
    await using kube = await KubeClient.load();
    await useAll(kube, { namespace, pod }, Number(port));
    return 0;
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    console.error(`${error.name} (${error.code}): ${error.message}${error.hint ? `\n${error.hint}` : ""}`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
