/** Finds a sandbox by what the environment says of the cluster, and prints where it would be reached. */

import { fromK8s } from "../../../src/k8s/mod.ts";

try {
  console.log((await fromK8s("default", "mine")).runtimeUrl);
} catch (error) {
  console.log(String(error));
}
