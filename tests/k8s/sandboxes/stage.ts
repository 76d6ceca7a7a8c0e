/** Sandboxes and claims as their controllers write them, and a fake API that holds some. */

import { createKubeClient, type KubeClient } from "../../../src/k8s/client/kube_client.ts";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import type { KubeObject, OwnerReference, Sandbox, SandboxClaim } from "../../../src/k8s/mod.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import { type FakeKube, type FakeKubeOptions, startFakeKube } from "../../../src/testing/mod.ts";
import { TestClock } from "../client/scripted.ts";
import { failure } from "./tools.ts";

/** The runtime's token, which must never be shown. */
export const RUNTIME_TOKEN = "b1f7a4a0-9d1e-4d0b-8a1c-0c6a2f6d9e77";

/** A statement of a controller. */
export interface TestCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** A condition as a controller writes it. */
export function condition(
  type: string,
  status: "True" | "False",
  reason: string,
  message = "",
  lastTransitionTime = "2026-08-22T11:00:07Z",
): TestCondition {
  return { type, status, reason, message, lastTransitionTime };
}

export const READY: TestCondition = condition("Ready", "True", "PodReady");
export const NOT_READY: TestCondition = condition("Ready", "False", "PodReady");

/** A sandbox that was delivered, without a status. */
export function sandboxOf(name: string, parts: {
  readonly spec?: Record<string, unknown>;
  readonly status?: Record<string, unknown>;
  readonly metadata?: Record<string, unknown>;
} = {}): Sandbox {
  const { spec = {}, status, metadata } = parts;
  return {
    apiVersion: "agents.kruise.io/v1alpha1",
    kind: "Sandbox",
    metadata: {
      name,
      annotations: { "agents.kruise.io/runtime-access-token": RUNTIME_TOKEN },
      ...metadata,
    },
    spec: { template: { spec: { containers: [{ name: "sandbox", image: "example/sandbox:v1" }] } }, ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

/** A step of a sandbox's life. */
export type Step = "pending" | "starting" | "running" | "pausing" | "paused" | "resuming" | "unready" | "failed";

/** What the status of a sandbox is in each. */
export const STATUS: Readonly<Record<Step, Record<string, unknown>>> = {
  pending: { phase: "Pending" },
  starting: {
    phase: "Pending",
    message: "waiting for the pod",
    conditions: [condition("Ready", "False", "StartContainerFailed", "Back-off pulling image")],
  },
  running: { phase: "Running", conditions: [READY] },
  pausing: { phase: "Paused", conditions: [NOT_READY, condition("SandboxPaused", "False", "Pending")] },
  paused: { phase: "Paused", conditions: [NOT_READY, condition("SandboxPaused", "True", "StopPauseSucceed")] },
  resuming: { phase: "Resuming", conditions: [NOT_READY, condition("SandboxResumed", "False", "CreatePod")] },
  unready: { phase: "Running", conditions: [NOT_READY, condition("RuntimeInitialized", "False", "Pending")] },
  failed: { phase: "Failed", message: "Pod Not Found" },
};

/** That a sandbox belongs to a pool. */
export const POOLED: OwnerReference = {
  apiVersion: "agents.kruise.io/v1alpha1",
  kind: "SandboxSet",
  name: "code-interpreter",
  uid: "c0a1d6f1-0000-4000-8000-000000000001",
  controller: true,
};

/** A claim with a status. */
export function claimOf(name: string, status?: Record<string, unknown>, replicas = 1): SandboxClaim {
  return {
    apiVersion: "agents.kruise.io/v1alpha1",
    kind: "SandboxClaim",
    metadata: { name },
    spec: { templateName: "code-interpreter", replicas },
    ...(status === undefined ? {} : { status }),
  };
}

/** An event of an object. */
export function eventOf(object: KubeObject, name: string, parts: Record<string, unknown>): KubeObject {
  const { name: involved, uid } = object.metadata;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name },
    ...{ involvedObject: { kind: object.kind, name: involved, namespace: "default", uid }, ...parts },
  } as KubeObject;
}

/** A fake API, and a client of it. */
export interface Stage extends AsyncDisposable {
  readonly fake: FakeKube;
  readonly kube: KubeClient;
  /** The requests so far: what was done to which resource. */
  verbs(): readonly string[];
  /** A client of another user. */
  as(user: string): Promise<KubeClient>;
}

/** Starts a fake API, and a client whose pauses are over at once. */
export async function stage(objects: readonly KubeObject[], options: FakeKubeOptions = {}): Promise<Stage> {
  const fake = await startFakeKube({ ...options, objects });
  const clients: KubeClient[] = [];
  async function as(user: string): Promise<KubeClient> {
    const access = await accessFromConfig(fake.configOf(user));
    const client = createKubeClient(access, kubeFetch(access, fake.fetch), new TestClock());
    clients.push(client);
    return client;
  }
  return {
    fake,
    kube: await as(options.users?.[0]?.name ?? "admin"),
    verbs: () =>
      fake.requests.map(({ verb, path }) => `${verb} ${path.split("/").slice(path.startsWith("/api/") ? 5 : 6)[0]}`),
    as,
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** Waits until something is so; a test that waits for ever would say nothing. */
export async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`Waited in vain for: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Waits until so many watches were asked for, and one is open. */
export async function watched({ fake }: Pick<Stage, "fake">, count = 1): Promise<void> {
  await until(() => fake.watches > 0 && fake.requests.filter(({ verb }) => verb === "watch").length >= count);
}

/** What a controller does: writes the status of an object, and of its spec what it changes. */
export function control(fake: FakeKube, object: KubeObject, status: object, spec: object = {}): void {
  const { apiVersion, kind, metadata } = object;
  const now = fake.get({ apiVersion, kind, metadata }) as Sandbox;
  fake.write({ ...now, spec: { ...now.spec, ...spec }, status: { ...status } });
}

/** What a wait with a short limit rejects with. One that was over before the object was read says nothing: once more. */
export async function late(wait: (timeoutMs: number) => Promise<unknown>): Promise<Error> {
  for (let timeoutMs = 30;; timeoutMs *= 2) {
    const error = await failure(() => wait(timeoutMs));
    if (!error.message.includes("it was not read once")) return error;
  }
}
