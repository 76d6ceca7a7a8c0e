/** Loads configuration where there are no files, no environment and no processes, and prints what comes of each way. */

import { isSandboxError } from "../../../mod.ts";
import { accessFromConfig, inClusterAccess, loadKubeConfig } from "../../../src/k8s/config/load_config.ts";
import type { KubeConfig } from "../../../src/k8s/config/load_options.ts";

const exec = { apiVersion: "client.authentication.k8s.io/v1", interactiveMode: "Never", command: "plugin" };

function configOf(user: Readonly<Record<string, unknown>>): KubeConfig {
  return {
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: "https://api.test" } }],
    users: [{ name: "u", user }],
  };
}

for (
  const load of [
    () => loadKubeConfig(),
    () => inClusterAccess(),
    () => accessFromConfig(configOf({ tokenFile: "/token" })),
    () => accessFromConfig(configOf({ exec })),
    () => accessFromConfig(configOf({ token: "t" })),
  ]
) {
  const line = await load().then((access) => access.credentials()).then(
    ({ headers }) => headers,
    (error) => isSandboxError(error) ? [error.code, error.message, error.hint] : [String(error)],
  );
  console.log(JSON.stringify(line));
}
