/**
 * What the tutorials of client-go do: pods counted in all namespaces and in one, a pod looked for that may not be there,
 * a namespace made, read and deleted. Runs on Deno, Bun and Node, outside of a cluster and in a pod of it. In a project
 * of your own, import from "@kruise-agents/runtime" and "@kruise-agents/runtime/k8s".
 *
 *     deno run -A examples/kubernetes.ts [namespace] [pod]
 */

import process from "node:process";
import { pathToFileURL } from "node:url";
import { isSandboxError } from "../mod.ts";
import { isNotFound, KubeClient } from "../src/k8s/mod.ts";

/**
 * Looks around in a cluster, and says what it sees.
 *
 * @param kube The client, whose namespace is looked at.
 * @param podName A pod of that namespace that may be there.
 * @param say Is given each line.
 */
export async function lookAround(kube: KubeClient, podName: string, say: (line: string) => void): Promise<void> {
  say(`The API server is ${kube.server}, the namespace "${kube.namespace}"`);
  say(
    `There are ${await countPods(kube, "")} pods in all namespaces, and ${await countPods(kube, kube.namespace)} here`,
  );

  try {
    const pod = await kube.pods().get(podName);
    say(`The pod "${podName}" is ${pod.status?.phase ?? "new"} on ${pod.spec.nodeName ?? "no node yet"}`);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    say(`There is no pod "${podName}" here`);
  }

  const { metadata } = await kube.namespaces().create({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { generateName: "look-around-" },
  });
  try {
    const made = await kube.namespaces().get(metadata.name!);
    say(`The namespace "${made.metadata.name}" is ${made.status?.phase ?? "new"}`);
  } finally {
    // Whoever comes later with the same name is left alone.
    await kube.namespaces().delete(metadata.name!, { preconditions: { uid: metadata.uid! } });
    say(`The namespace "${metadata.name}" is deleted`);
  }
}

async function countPods(kube: KubeClient, namespace: string): Promise<number> {
  let count = 0;
  for await (const _ of kube.pods(namespace).listAll()) count++;
  return count;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [namespace, pod = "example"] = process.argv.slice(2);
  try {
    // As kubectl finds it: KUBECONFIG, ~/.kube/config, or the service account of the pod that this runs in.
    await using kube = await KubeClient.load({ namespace });
    await lookAround(kube, pod, console.log);
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    console.error(`${error.message}\n${error.hint ?? ""}`);
    process.exitCode = 1;
  }
}
