/** Finds a sandbox by what the environment says of the cluster, and prints where it would be reached. */

import { fromK8s, KubeClient } from "../../../src/k8s/mod.ts";

const isOwn = Deno.args.includes("own");
const kube = isOwn ? await KubeClient.load() : undefined;
try {
  console.log((await fromK8s("default", "mine", { kube })).runtimeUrl);
} catch (error) {
  console.log(String(error));
}
await kube?.close();
