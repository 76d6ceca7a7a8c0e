import {
  createSandbox,
  deleteSandbox,
  fromK8s,
  fromSandboxId,
  isNotFound,
  pauseSandbox,
  resumeSandbox,
  type Sandbox,
  sandboxState,
  scaleSandboxSet,
  setSandboxTimeout,
  waitForSandbox,
} from "../../../../src/k8s/mod.ts";
import { check, equal } from "../../../conformance/check.ts";
import type { KubeCase, KubeKit, Right } from "../case.ts";
import { fails, refused, within } from "../check.ts";
import { condition, plays, RUNNING } from "../controller.ts";

const LIFE: readonly Right[] = ["create sandboxes", "get sandboxes", "watch sandboxes", "patch sandboxes/status"];

/** A sandbox that runs. */
async function running(kit: KubeKit, suffix: string, spec: Record<string, unknown> = {}): Promise<Sandbox> {
  const { metadata } = await createSandbox(kit.kube, kit.sandbox(suffix, spec));
  return await plays(kit.kube, metadata.name!, RUNNING);
}

/** Seconds from now to a time of a sandbox. */
function secondsTo(time: unknown): number {
  return Math.round((Date.parse(String(time)) - Date.now()) / 1000);
}

const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000);

/** A promise that is looked at later: what fails before fails for that alone. */
function later<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

export const sandboxes: readonly KubeCase[] = [
  {
    name: "waitForSandbox: made, and running when the controller says so",
    source: "docs: phases and conditions of a Sandbox",
    needs: LIFE,
    async run({ kube, sandbox, unique }) {
      const name = `${unique}-a`;
      const made = await createSandbox(kube, sandbox("a"));
      check(sandboxState(made).state !== "running", "it runs before anybody did anything");
      const waiting = later(waitForSandbox(kube, { name }, { timeoutMs: 30_000 }));
      await plays(kube, name, { phase: "Pending" });
      await plays(kube, name, { phase: "Running", conditions: [condition("Ready", "False", "PodReady")] });
      await plays(kube, name, RUNNING);
      const found = await waiting;
      equal([sandboxState(found).state, found.metadata.uid], ["running", made.metadata.uid]);
      // One that is there already.
      equal((await waitForSandbox(kube, { name })).metadata.uid, made.metadata.uid);
    },
  },
  {
    name: "waitForSandbox: in vain, with what is known of the sandbox and its events",
    source: "docs: phases and conditions of a Sandbox",
    needs: [...LIFE, "create events", "list events"],
    async run({ kube, sandbox, unique, own }) {
      const name = `${unique}-a`;
      const made = await createSandbox(kube, sandbox("a"));
      own(kube.events(), unique);
      await kube.events().create({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: unique },
        involvedObject: { kind: "Sandbox", namespace: made.metadata.namespace!, name, uid: made.metadata.uid! },
        reason: "FailedCreate",
        message: "no node has room",
        type: "Warning",
        lastTimestamp: new Date().toISOString().replace(/\.\d+/, ""),
      });
      await plays(kube, name, { phase: "Pending", message: "the pod is not placed" });
      const late = await fails(waitForSandbox(kube, { name }, { timeoutMs: 300 }), "wait_timeout");
      check(late.message.includes("Pending") && late.message.includes("the pod is not placed"), late.message);
      await plays(kube, name, { phase: "Failed", message: "Pod Not Found" });
      const dead = await fails(waitForSandbox(kube, { name }), "sandbox_not_running");
      equal(dead.state, "dead");
      for (const part of ["Failed", "Pod Not Found", "FailedCreate", "no node has room"]) {
        check(dead.message.includes(part), `no ${part}: ${dead.message}`);
      }
    },
  },
  {
    name: "waitForSandbox, deleteSandbox: missing, and deleted in the middle",
    source: "wire: get-missing, watch-one",
    needs: [...LIFE, "delete sandboxes"],
    async run({ kube, sandbox, unique }) {
      const name = `${unique}-a`;
      await fails(waitForSandbox(kube, { name }), "sandbox_not_found");
      await createSandbox(kube, sandbox("a"));
      const waiting = later(fails(waitForSandbox(kube, { name }, { timeoutMs: 30_000 }), "sandbox_not_found"));
      await plays(kube, name, { phase: "Pending" });
      await deleteSandbox(kube, { name });
      await waiting;
      const { message } = await fails(deleteSandbox(kube, { name }), "sandbox_not_found");
      check(message.includes(name), message);
    },
  },
  {
    name: "waitForSandbox: over connections that are cut",
    source: "docs: efficient detection of changes",
    needs: LIFE,
    async run({ kube: direct, sandbox, unique, relayed }) {
      const name = `${unique}-a`;
      const { kube, relay } = await relayed();
      await createSandbox(direct, sandbox("a"));
      const waiting = later(waitForSandbox(kube, { name }, { timeoutMs: 60_000 }));
      await plays(direct, name, { phase: "Pending" });
      relay.cut();
      await plays(direct, name, RUNNING);
      equal(sandboxState(await waiting).state, "running");
    },
  },
  {
    name: "pauseSandbox, resumeSandbox: through all states, and the timers pushed forward",
    source: "docs: lifecycle through the Kubernetes API",
    needs: [...LIFE, "patch sandboxes"],
    async run(kit) {
      const { kube } = kit;
      const [shutdownTime, pauseTime] = [inSeconds(4000), inSeconds(2000)].map((time) => time.toISOString());
      const { metadata } = await running(kit, "a", { shutdownTime, pauseTime });
      const target = { name: metadata.name! };
      const paused = await pauseSandbox(kube, target);
      equal(paused.spec["paused"], true);
      const waiting = later(waitForSandbox(kube, target, { state: "paused", timeoutMs: 30_000 }));
      await plays(kube, target.name, { phase: "Paused", conditions: [condition("SandboxPaused", "False", "Pending")] });
      await plays(kube, target.name, {
        phase: "Paused",
        conditions: [condition("SandboxPaused", "True", "StopPauseSucceed", inSeconds(-600))],
      });
      equal(sandboxState(await waiting).state, "paused");
      const { resourceVersion } = (await pauseSandbox(kube, target)).metadata;
      equal(resourceVersion, (await kube.sandboxes().get(target.name)).metadata.resourceVersion, "paused twice");
      const resumed = await resumeSandbox(kube, target);
      equal(resumed.spec["paused"] ?? false, false);
      for (const [field, before] of [["shutdownTime", 4000], ["pauseTime", 2000]] as const) {
        const seconds = secondsTo(resumed.spec[field]);
        check(Math.abs(seconds - before - 600) < 60, `${field}: in ${seconds} s`);
      }
      await plays(kube, target.name, RUNNING);
      equal(sandboxState(await waitForSandbox(kube, target)).state, "running");
    },
  },
  {
    name: "pauseSandbox: what does not run, and others who write at the same time",
    source: "wire: patch-merge-conflict",
    needs: [...LIFE, "patch sandboxes"],
    async run(kit) {
      const { kube } = kit;
      const made = await createSandbox(kube, kit.sandbox("a"));
      await plays(kube, made.metadata.name!, { phase: "Pending" });
      const error = await fails(pauseSandbox(kube, { name: made.metadata.name! }), "sandbox_not_running");
      equal(error.state, "creating");
      const { metadata } = await running(kit, "b");
      const name = metadata.name!;
      const others = Array.from({ length: 5 }, (_, index) => {
        return kube.sandboxes().patch(name, { metadata: { annotations: { [`n${index}`]: "1" } } });
      });
      const [paused] = await Promise.all([pauseSandbox(kube, { name }), ...others]);
      equal(paused.spec["paused"], true);
      const left = await kube.sandboxes().get(name);
      equal([left.spec["paused"], Object.keys(left.metadata.annotations ?? {}).length], [true, 5]);
    },
  },
  {
    name: "setSandboxTimeout: set, cleared, left as it is",
    source: "docs: lifecycle through the Kubernetes API",
    needs: ["create sandboxes", "patch sandboxes"],
    async run({ kube, sandbox, unique }) {
      const target = { name: `${unique}-a` };
      await createSandbox(kube, sandbox("a"));
      const set = await setSandboxTimeout(kube, target, { shutdownTime: inSeconds(600), pauseTime: inSeconds(60) });
      check(Math.abs(secondsTo(set.spec["shutdownTime"]) - 600) < 30, `shutdownTime: ${set.spec["shutdownTime"]}`);
      const cleared = await setSandboxTimeout(kube, target, { pauseTime: null });
      equal(cleared.spec, { shutdownTime: set.spec["shutdownTime"] });
      await fails(setSandboxTimeout(kube, { name: unique }, { pauseTime: null }), "sandbox_not_found");
    },
  },
  {
    name: "fromK8s, fromSandboxId: the id and the URL of a sandbox that runs, and not of another",
    source: "docs: identity of a Sandbox",
    needs: [...LIFE, "list sandboxes", "patch sandboxes"],
    async run(kit) {
      const { kube, unique } = kit;
      const { namespace } = kube;
      const { metadata } = await running(kit, "a");
      const options = { kube, domain: "sandboxes.test" };
      const client = await fromK8s(namespace, metadata.name!, options);
      equal(client.sandboxId, `${namespace}--${metadata.name}`);
      check(client.runtimeUrl.includes("sandboxes.test"), client.runtimeUrl);
      const labels = { "agents.kruise.io/sandbox-id": unique };
      await kube.sandboxes().patch(metadata.name!, { metadata: { labels } });
      equal((await fromSandboxId(unique, options)).sandboxId, unique);
      equal((await fromK8s(namespace, metadata.name!, options)).sandboxId, unique, "id of one that is labelled");
      await createSandbox(kube, kit.sandbox("b"));
      await fails(fromK8s(namespace, `${unique}-b`, options), "sandbox_not_running");
      await fails(fromK8s(namespace, `${unique}-c`, options), "sandbox_not_found");
    },
  },
  {
    name: "fromK8s: waits until it runs",
    source: "docs: phases and conditions of a Sandbox",
    needs: LIFE,
    async run({ kube, sandbox, unique }) {
      const name = `${unique}-a`;
      await createSandbox(kube, sandbox("a"));
      const options = { kube, domain: "sandboxes.test", waitReady: true, timeoutMs: 30_000 };
      const waiting = later(fromK8s(kube.namespace, name, options));
      await plays(kube, name, { phase: "Pending" });
      await plays(kube, name, RUNNING);
      equal((await within(waiting, "the client")).sandboxId, `${kube.namespace}--${name}`);
    },
  },
  {
    name: "scaleSandboxSet: by the scale alone",
    source: "docs: scale subresource",
    needs: ["create sandboxsets", "patch sandboxsets/scale", "get sandboxsets"],
    async run({ kube, unique, label }) {
      await kube.sandboxSets().create({
        apiVersion: "agents.kruise.io/v1alpha1",
        kind: "SandboxSet",
        metadata: { name: unique, labels: label },
        spec: { replicas: 1 },
      });
      equal((await scaleSandboxSet(kube, { name: unique }, 3)).spec.replicas, 3);
      equal((await scaleSandboxSet(kube, { name: unique }, 0)).spec.replicas, 0);
      await refused(scaleSandboxSet(kube, { name: `${unique}-b` }, 1), isNotFound, "a pool that is missing");
    },
  },
];
