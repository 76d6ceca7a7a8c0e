/** What the controllers of the platform would do, which no case waits for. */

import type { KubeClient, Sandbox } from "../../../src/k8s/mod.ts";

/** A statement of a controller. */
export function condition(type: string, status: "True" | "False", reason: string, time: Date = new Date()): object {
  const lastTransitionTime = time.toISOString().replace(/\.\d+/, "");
  return { type, status, reason, message: "", lastTransitionTime };
}

/** The status of a sandbox that can be used. */
export const RUNNING: Readonly<Record<string, unknown>> = {
  phase: "Running",
  conditions: [condition("Ready", "True", "PodReady")],
  podInfo: { podIP: "10.0.0.1", nodeName: "node" },
};

/** Writes the status of a sandbox, all of it. */
export async function plays(
  kube: KubeClient,
  name: string,
  status: Readonly<Record<string, unknown>>,
): Promise<Sandbox> {
  const cleared = { phase: null, conditions: null, message: null };
  return await kube.sandboxes().patch(name, { status: { ...cleared, ...status } }, { subresource: "status" });
}
