/** A fake cluster with pods whose containers run, over a real listener, and a client of it. */

import { assertInstanceOf } from "@std/assert";
import { SandboxError } from "../../../mod.ts";
import { KubeClient, type KubeObject } from "../../../src/k8s/mod.ts";
import { type FakeKube, type FakeKubeOptions, startFakeKube } from "../../../src/testing/mod.ts";

/** What a test gets. */
export interface Cluster {
  readonly fake: FakeKube;
  readonly kube: KubeClient;
}

function pod(name: string, node: string, containers: readonly string[], annotated?: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "default",
      ...(annotated && { annotations: { "kubectl.kubernetes.io/default-container": annotated } }),
    },
    spec: { nodeName: node, containers: containers.map((name) => ({ name })) },
    status: { phase: "Running" },
  } as KubeObject;
}

/** A test with a cluster of its own. */
export function withCluster(
  name: string,
  run: (cluster: Cluster) => Promise<void>,
  options: FakeKubeOptions = {},
): void {
  Deno.test(name, async () => {
    await using fake = await startFakeKube({
      objects: [
        pod("box", "node-ws", ["main"]),
        pod("box-spdy", "node-spdy", ["main"]),
        pod("two", "node-ws", ["first", "second"], "second"),
      ],
      nodes: [{ name: "node-spdy", webSockets: false }],
      ...options,
    });
    await using listener = await fake.listen();
    await using kube = await KubeClient.fromConfig(listener.config);
    await run({ fake, kube });
  });
}

/** The error that this is expected to reject with. */
export async function failureOf(promise: Promise<unknown>): Promise<SandboxError> {
  const error = await promise.then(() => undefined, (error: unknown) => error);
  assertInstanceOf(error, SandboxError);
  return error;
}
