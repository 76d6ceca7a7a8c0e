/**
 * Restarts a real API server in the middle of an informer, a watch and a wait, while objects are written, and checks
 * that nothing of it is lost. The server is that of `tests/kube/up.sh`, which nobody else should use meanwhile:
 *
 *     KUBECONFIG=$KUBECONFIG_TOKEN deno run -A tests/k8s/conformance/restart.ts tests/kube/restart.sh
 *
 * Runs on Deno, Bun and Node.
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { isSandboxError } from "../../../mod.ts";
import {
  informer,
  isAlreadyExists,
  isNotFound,
  KubeClient,
  type ResourceEvent,
  type Sandbox,
  waitForSandbox,
} from "../../../src/k8s/mod.ts";
import { check, equal } from "../../conformance/check.ts";
import { plays, RUNNING } from "./controller.ts";

/** How many objects are made: each is changed, and every second is deleted. */
const OBJECTS = 120;
/** When the server is restarted, and how many seconds it is away. */
const RESTARTS: ReadonlyMap<number, number> = new Map([[20, 0], [50, 2], [90, 5]]);

const [script = "tests/kube/restart.sh"] = process.argv.slice(2);
const unique = `restart-${crypto.randomUUID().slice(0, 8)}`;
const labelSelector = `conformance=${unique}`;

async function restart(seconds: number): Promise<void> {
  const child = spawn(script, [String(seconds)], { stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("exit", resolve));
  check(code === 0, `${script} ended with ${code}`);
}

/** Does something until the server has done it. */
async function insists(done: (error: unknown) => boolean, call: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      return void await call();
    } catch (error) {
      if (done(error)) return;
      if (!isSandboxError(error) || !error.retryable) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What is known after some events; says when one could not follow those before. */
class Followed {
  readonly versions = new Map<string, string>();
  readonly added = new Set<string>();
  readonly wrong: string[] = [];
  resyncs = 0;

  take(event: ResourceEvent<Sandbox>): void {
    if (event.type === "RESYNCED") {
      this.resyncs++;
      this.versions.clear();
      for (const object of event.items) this.#put(object);
      return;
    }
    const { name = "" } = event.object.metadata;
    const known = this.versions.has(name);
    if (known === (event.type === "ADDED")) this.wrong.push(`${event.type} ${name}, known: ${known}`);
    if (event.type === "DELETED") this.versions.delete(name);
    else this.#put(event.object);
  }

  #put({ metadata }: Sandbox): void {
    this.added.add(metadata.name!);
    this.versions.set(metadata.name!, metadata.resourceVersion!);
  }
}

function made(suffix: string | number): Sandbox {
  const metadata = { name: `${unique}-${suffix}`, labels: { conformance: unique } };
  return { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox", metadata, spec: {} };
}

async function write(kube: KubeClient): Promise<void> {
  const sandboxes = kube.sandboxes();
  let restarting = Promise.resolve();
  for (let index = 0; index < OBJECTS; index++) {
    const seconds = RESTARTS.get(index);
    if (seconds !== undefined) restarting = restarting.then(() => restart(seconds));
    const { name = "" } = made(index).metadata;
    await insists(isAlreadyExists, () => sandboxes.create(made(index)));
    await insists(() => false, () => sandboxes.patch(name, { spec: { paused: true } }));
    if (index % 2 === 1) await insists(isNotFound, () => sandboxes.delete(name));
  }
  await restarting;
}

function sorted(map: ReadonlyMap<string, string>): unknown {
  return [...map].toSorted(([a], [b]) => a < b ? -1 : 1);
}

/** Waits until a map is this one, for a minute and a half: a pause between two attempts can take one. */
async function becomes(what: string, map: ReadonlyMap<string, string>, wanted: ReadonlyMap<string, string>) {
  const until = Date.now() + 90_000;
  while (JSON.stringify(sorted(map)) !== JSON.stringify(sorted(wanted)) && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  equal(sorted(map), sorted(wanted), what);
}

await using kube = await KubeClient.load();
await using writer = await KubeClient.load();
const errors: unknown[] = [];
const [cached, watched] = [new Followed(), new Followed()];
try {
  await using cache = informer(kube.sandboxes(), { labelSelector, onError: (error) => errors.push(error) });
  cache.subscribe((event) => cached.take(event));
  await cache.synced;
  const events = kube.sandboxes().watch({ labelSelector })[Symbol.asyncIterator]();
  const watching = (async () => {
    for (let next = await events.next(); !next.done; next = await events.next()) watched.take(next.value);
  })();
  watching.catch((error) => errors.push(error));
  await writer.sandboxes().create(made("waited"));
  const waiting = waitForSandbox(kube, { name: `${unique}-waited` }, { timeoutMs: 180_000 });
  waiting.catch((error) => errors.push(error));

  await write(writer);
  await insists(() => false, () => plays(writer, `${unique}-waited`, RUNNING));

  const wanted = new Map<string, string>();
  for await (const { metadata } of writer.sandboxes().listAll({ labelSelector })) {
    wanted.set(metadata.name!, metadata.resourceVersion!);
  }
  equal(wanted.size, OBJECTS / 2 + 1, "objects that are left");
  equal((await waiting).metadata.name, `${unique}-waited`);
  await becomes("the watch", watched.versions, wanted);
  await becomes("the informer", cached.versions, wanted);
  const held = cache.list().map(({ metadata }) => [metadata.name!, metadata.resourceVersion!] as const);
  equal(sorted(new Map(held)), sorted(wanted), "what the informer holds");
  equal([cached.wrong, watched.wrong], [[], []], "events that cannot follow each other");
  for (const name of wanted.keys()) check(cached.added.has(name) && watched.added.has(name), `${name} was not told`);
  equal(errors.map(String), [], "errors");
  await events.return!();
  await watching;
  console.log(
    `${RESTARTS.size} restarts, ${OBJECTS} objects: the informer was told of ${cached.added.size}, the watch of`,
  );
  console.log(`${watched.added.size} with ${watched.resyncs} times everything anew. Objects that came and went while`);
  console.log("nobody was connected are told to nobody.\n\n1 passed, 0 failed");
} catch (error) {
  console.log(error, ...errors, "\n\n0 passed, 1 failed");
  process.exitCode = 1;
} finally {
  await insists(() => false, () => writer.sandboxes().deleteCollection({ labelSelector }));
}
