/** What finds and reads configuration, loaded when it is asked for: whoever bundles the entry gets it as a part apart. */

import type { KubeHost } from "./host.ts";
import type { KubeAccess } from "./kube_access.ts";
import type { KubeConfig, KubeLoadOptions } from "./load_options.ts";

/** Finds the configuration as `kubectl` does. */
export async function loadKubeConfig(options: KubeLoadOptions = {}, host?: KubeHost): Promise<KubeAccess> {
  return await (await import("./load_now.ts")).loadNow(options, host);
}

/** Takes the service account of the pod that this runs in, and looks nowhere else. */
export async function inClusterAccess(options: KubeLoadOptions = {}, host?: KubeHost): Promise<KubeAccess> {
  return await (await import("./load_now.ts")).loadAccount(options, host);
}

/** Takes a kubeconfig that is an object already. The machine is asked only for the files that it names. */
export async function accessFromConfig(
  config: KubeConfig,
  options: KubeLoadOptions = {},
  host?: KubeHost,
): Promise<KubeAccess> {
  return await (await import("./load_now.ts")).loadObject(config, options, host);
}
