/**
 * From a name in Kubernetes to a running sandbox. Without arguments it makes a cluster in this program, and shows what
 * comes of a sandbox there: found by name, by id and by claim, paused, resumed, and created anew behind our back. With
 * a name it uses that sandbox of your cluster, by the configuration that `kubectl` would use. Runs on Deno, Bun and
 * Node. In a project of your own, import from "@kruise-agents/runtime" and "@kruise-agents/runtime/k8s".
 */

import process from "node:process";
import { isSandboxError, type RuntimeClient } from "../mod.ts";
import { fromClaim, fromK8s, fromSandboxId, pauseSandbox, resumeSandbox } from "../src/k8s/mod.ts";
import { FakeCluster } from "./fake_cluster.ts";
import { parseOptions, type Target, USAGE, UsageError } from "./from_k8s_options.ts";

function title(text: string): void {
  console.log(`\n${text}`);
}

function say(what: string, text: string): void {
  console.log(`  ${what.padEnd(9)} ${text}`);
}

/** Runs a command and prints what it prints. */
async function run({ commands }: RuntimeClient, script: string, signal: AbortSignal): Promise<void> {
  say("run", script);
  const { stdout } = await commands.run(script, { signal });
  say("stdout", stdout.trimEnd());
}

/** Prints how a call fails, and what can be done about it. */
async function fails(what: string, call: () => Promise<unknown>): Promise<void> {
  say("try", what);
  try {
    await call();
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    say("caught", `${error.name} (${error.code}): ${error.message}`);
    const { cause } = error;
    if (isSandboxError(cause) && cause.code !== "kube_status") say("cause", `${cause.name}: ${cause.message}`);
    if (error.hint && error.hint !== "See the cause") say("hint", error.hint);
    return;
  }
  throw new Error(`${what} should have failed`);
}

/** A sandbox of the caller's cluster. */
async function use({ sandboxes, ...options }: Target, signal: AbortSignal): Promise<void> {
  const { by, namespace, name } = sandboxes;
  const found = by === "claim" ? await fromClaim(namespace, name, { ...options, signal }) : [
    await (by === "id"
      ? fromSandboxId(name, { ...options, signal })
      : fromK8s(namespace, name, { ...options, signal })),
  ];
  for (const sandbox of found) {
    title(`Sandbox ${sandbox.sandboxId} at ${sandbox.runtimeUrl}`);
    await run(sandbox, "uname -n; id -un; pwd", signal);
  }
}

async function findThem(cluster: FakeCluster, signal: AbortSignal): Promise<void> {
  const { kube, gateway: { domain } } = cluster;
  title("By name");
  await cluster.deliver({ name: "mine" });
  const mine = await fromK8s("default", "mine", { kube, domain, signal });
  say("id", mine.sandboxId!);
  await run(mine, "echo hello", signal);

  title("By id, which can be a label");
  await cluster.deliver({ name: "labelled", labels: { "agents.kruise.io/sandbox-id": "k7m2qz4x3p5ab" } });
  await run(await fromSandboxId("k7m2qz4x3p5ab", { kube, domain, signal }), "echo found by label", signal);
  say("id", (await fromK8s("default", "labelled", { kube, domain, signal })).sandboxId!);
  await fails("default--labelled", () => fromSandboxId("default--labelled", { kube, domain, signal }));

  title("By claim");
  await cluster.claim("job-42", 2);
  for (const sandbox of await fromClaim("default", "job-42", { kube, domain, signal })) {
    await run(sandbox, `echo I am ${sandbox.sandboxId}`, signal);
  }
}

async function changeOne(cluster: FakeCluster, signal: AbortSignal): Promise<void> {
  const { kube, gateway: { domain } } = cluster;
  const target = { namespace: "default", name: "mine" };
  const mine = await fromK8s("default", "mine", { kube, domain, signal });

  title("Paused, and resumed");
  await pauseSandbox(kube, target, { signal });
  await fails("default/mine", () => fromK8s("default", "mine", { kube, domain, signal }));
  await resumeSandbox(kube, target, { signal });
  const again = await fromK8s("default", "mine", { kube, domain, waitReady: true, signal });
  await run(again, "echo back again", signal);

  title("Created anew under the same name: a stranger, who gets none of our commands");
  await cluster.deliver({ name: "mine" });
  await fails("a command of the old client", () => mine.commands.run("echo for the old one only", { signal }));
  await run(await fromK8s("default", "mine", { kube, domain, signal }), "echo found by name again", signal);
}

async function failThem({ kube, gateway: { domain } }: FakeCluster, signal: AbortSignal): Promise<void> {
  title("What is not there, and a token that is not right");
  await fails("default/nobody", () => fromK8s("default", "nobody", { kube, domain, signal }));
  const wrong = await fromK8s("default", "mine", { kube, domain, runtimeToken: "wrong", signal });
  await fails("a command", () => wrong.commands.run("true", { signal }));
}

async function show(signal: AbortSignal): Promise<void> {
  await using cluster = await FakeCluster.start();
  console.log(`A cluster in this program, its gateway at ${cluster.gateway.domain}`);
  for (const part of [findThem, changeOne, failThem]) {
    signal.throwIfAborted();
    await part(cluster, signal);
  }
}

async function main(args: string[]): Promise<number> {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  try {
    const options = parseOptions(args);
    if (!options) {
      console.log(USAGE);
      return 0;
    }
    await (options.target ? use(options.target, interrupted.signal) : show(interrupted.signal));
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    if (error instanceof UsageError || error instanceof TypeError || error instanceof RangeError) {
      console.error(`${error.message}\nTry --help`);
      return 2;
    }
    if (!isSandboxError(error)) throw error;
    console.error(`${error.name} (${error.code}): ${error.message}${error.hint ? `\n${error.hint}` : ""}`);
    return 1;
  }
}

// Not process.exit(), which would cut what is still being printed.
process.exitCode = await main(process.argv.slice(2));
