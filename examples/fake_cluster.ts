/**
 * A cluster in this program, for trying out and for tests: an API server with Sandboxes, a gateway, and a runtime behind
 * each sandbox. What the platform's controllers do is done in a few lines: a sandbox whose `spec.paused` changes is
 * paused or resumed, and the gateway hears of it.
 */

import { sandboxState } from "../src/k8s/mod.ts";
import { KubeClient, type KubeObject, type ResourceEvent, type Sandbox } from "../src/k8s/mod.ts";
import { type LocalRuntime, startLocalRuntime } from "../src/local/mod.ts";
import { type FakeGateway, type FakeKube, startFakeGateway, startFakeKube } from "../src/testing/mod.ts";

const PREFIX = "agents.kruise.io";

/** A sandbox to be delivered. */
export interface Delivery {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  /** Whether the object holds the token of its runtime, as it does where the runtime has one. */
  readonly isTokenStored?: boolean;
}

/** The cluster. */
export class FakeCluster {
  readonly api: FakeKube;
  readonly gateway: FakeGateway;
  readonly kube: KubeClient;
  readonly #runtimes = new Map<string, LocalRuntime>();
  readonly #controller: Promise<void>;

  private constructor(api: FakeKube, gateway: FakeGateway, kube: KubeClient) {
    this.api = api;
    this.gateway = gateway;
    this.kube = kube;
    this.#controller = this.#control();
  }

  static async start(): Promise<FakeCluster> {
    const api = await startFakeKube();
    const kube = await KubeClient.fromConfig(api.config, { fetch: api.fetch });
    return new FakeCluster(api, await startFakeGateway(), kube);
  }

  /** Delivers a running sandbox; one that is there under this name is deleted before. */
  async deliver(delivery: Delivery): Promise<{ readonly object: KubeObject; readonly runtime: LocalRuntime }> {
    const { name, namespace = "default", labels = {}, isTokenStored = true } = delivery;
    const runtime = await startLocalRuntime();
    const token = isTokenStored ? { [`${PREFIX}/runtime-access-token`]: runtime.token } : {};
    const sandbox = {
      apiVersion: `${PREFIX}/v1alpha1`,
      kind: "Sandbox",
      metadata: { name, namespace, labels, annotations: { ...token, ...delivery.annotations } },
      spec: { paused: false },
      status: status("Running", { Ready: ["True", "PodReady"] }),
    };
    this.api.remove(sandbox);
    await this.#runtimes.get(`${namespace}/${name}`)?.close();
    this.#runtimes.set(`${namespace}/${name}`, runtime);
    const object = this.api.write(sandbox);
    this.#route(sandbox);
    return { object, runtime };
  }

  /** Completes a claim with sandboxes that are named after it. */
  async claim(name: string, replicas: number): Promise<KubeObject> {
    const object = this.api.write({
      apiVersion: `${PREFIX}/v1alpha1`,
      kind: "SandboxClaim",
      metadata: { name, namespace: "default" },
      spec: { templateName: "code-interpreter", replicas },
      status: {
        phase: "Completed",
        claimedReplicas: replicas,
        message: `Successfully claimed ${replicas}/${replicas} sandboxes`,
      },
    });
    for (let index = 1; index <= replicas; index++) {
      await this.deliver({
        name: `${name}-${index}`,
        labels: { [`${PREFIX}/claim-name`]: name, [`${PREFIX}/sandbox-claimed`]: "true" },
        annotations: { [`${PREFIX}/owner`]: object.metadata.uid! },
      });
    }
    return object;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kube.close();
    await this.#controller;
    await this.gateway.close();
    await this.api[Symbol.asyncDispose]();
    await Promise.all([...this.#runtimes.values()].map((runtime) => runtime.close()));
  }

  async #control(): Promise<void> {
    try {
      for await (const event of this.kube.sandboxes("").watch()) this.#reconcile(event);
    } catch {
      // The client was closed.
    }
  }

  #reconcile(event: ResourceEvent<Sandbox>): void {
    if (event.type === "RESYNCED") return;
    // The event may be about what was before.
    const sandbox = this.api.get(event.object) as Sandbox | undefined;
    if (sandbox === undefined) {
      this.gateway.unroute(idOf(event.object));
      return;
    }
    const next = nextStatus(sandbox);
    const changed = next === undefined ? sandbox : { ...sandbox, status: next };
    this.#route(changed);
    if (next !== undefined) this.api.write(changed);
  }

  #route(sandbox: Sandbox): void {
    const { namespace, name } = sandbox.metadata;
    const runtime = this.#runtimes.get(`${namespace}/${name}`);
    if (runtime) this.gateway.route(idOf(sandbox), runtime, { state: sandboxState(sandbox).state });
  }
}

function idOf({ metadata }: Sandbox): string {
  return metadata.labels?.[`${PREFIX}/sandbox-id`] || `${metadata.namespace}--${metadata.name}`;
}

/** What a sandbox comes to, of what is wanted; nothing where it is that already. */
function nextStatus({ spec, status: now }: Sandbox): Record<string, unknown> | undefined {
  const phase = now?.["phase"];
  if (spec["paused"] === true) {
    if (phase !== "Running") return undefined;
    return status("Paused", { Ready: ["False", "PodReady"], SandboxPaused: ["True", "StopPauseSucceed"] });
  }
  if (phase === "Paused") return status("Resuming", { SandboxResumed: ["False", "CreatePod"] });
  if (phase !== "Resuming") return undefined;
  return status("Running", { Ready: ["True", "PodReady"], SandboxResumed: ["True", "ResumePod"] });
}

function status(phase: string, conditions: Record<string, readonly [status: string, reason: string]>) {
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+/, "");
  return {
    phase,
    conditions: Object.entries(conditions).map(([type, [status, reason]]) => (
      { type, status, reason, message: "", lastTransitionTime }
    )),
  };
}
