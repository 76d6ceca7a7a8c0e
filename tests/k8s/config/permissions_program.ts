/** Loads a configuration with the permissions that it was given, and prints what came of it. */

import { isSandboxError, KubeConfigError } from "../../../mod.ts";
import { loadKubeConfig } from "../../../src/k8s/config/load_config.ts";
import * as entry from "../../../src/k8s/mod.ts";

const [kubeconfig] = Deno.args;
try {
  const access = await loadKubeConfig({ kubeconfig });
  const { headers } = await access.credentials();
  console.log(JSON.stringify([typeof entry.KubeClient, access.server, headers]));
} catch (error) {
  const tried = error instanceof KubeConfigError ? error.tried.at(-1)?.reason : String(error);
  console.log(JSON.stringify([isSandboxError(error) && error.code, tried, isSandboxError(error) && error.hint]));
}
