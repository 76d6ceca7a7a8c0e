import type { KubeConfigAttempt } from "../../../mod.ts";
import { accessOf } from "./access.ts";
import { CachedFile } from "./cached_file.ts";
import { findConfig } from "./find_config.ts";
import { type KubeHost, loadHost } from "./host.ts";
import { isToken } from "./identity.ts";
import { findServiceAccount, type ServiceAccount } from "./in_cluster.ts";
import type { KubeAccess, KubeCredentials } from "./kube_access.ts";
import type { KubeConfig, KubeLoadOptions } from "./load_options.ts";
import { mergeConfigs } from "./merge_configs.ts";
import { checkedConfig } from "./parse_config.ts";
import { untilAborted } from "./shared_run.ts";
import { configError, ConfigSource } from "./source.ts";
import { checkOptions } from "./check_options.ts";

const NOT_FOUND = "Set KUBECONFIG, pass the path of a kubeconfig, or run in a pod that has a service account";

/** Finds the configuration as `kubectl` does. */
export async function loadNow(options: KubeLoadOptions, given: KubeHost | undefined): Promise<KubeAccess> {
  checkOptions(options);
  options.signal?.throwIfAborted();
  // A file may be a pipe that nobody writes.
  return await untilAborted(findAccess(options, given), options.signal);
}

async function findAccess(options: KubeLoadOptions, given: KubeHost | undefined): Promise<KubeAccess> {
  const host = given ?? await loadHost("look for a Kubernetes configuration");
  const tried: KubeConfigAttempt[] = [];
  const found = await findConfig(host, options.kubeconfig, tried, options.signal);
  if (found) return await accessOf(found, options, () => Promise.resolve(host));
  if (options.context !== undefined) {
    throw configError(`Cannot find the context "${options.context}": there is no kubeconfig`, tried, NOT_FOUND);
  }
  const account = await findServiceAccount(host, tried, options.signal);
  if (account) return accountAccess(account, options, host);
  throw configError("Cannot find a Kubernetes configuration", tried, NOT_FOUND);
}

/** Takes the service account of the pod that this runs in, and looks nowhere else. */
export async function loadAccount(options: KubeLoadOptions, given: KubeHost | undefined): Promise<KubeAccess> {
  checkOptions(options, "the service account of a pod");
  options.signal?.throwIfAborted();
  const host = given ?? await loadHost("read the service account of a pod");
  const tried: KubeConfigAttempt[] = [];
  const account = await findServiceAccount(host, tried, options.signal);
  if (account) return accountAccess(account, options, host);
  throw configError("Cannot find the service account of a pod: this is none", tried, "Outside of a pod, use load");
}

/** Takes a kubeconfig that is an object already. The machine is asked only for the files that it names. */
export async function loadObject(
  config: KubeConfig,
  options: KubeLoadOptions,
  given: KubeHost | undefined,
): Promise<KubeAccess> {
  checkOptions({ ...options, context: undefined }, "a configuration object");
  checkOptions({ context: options.context });
  if (typeof config !== "object" || config === null) {
    throw new TypeError(`Cannot use a ${typeof config} as config: pass what a kubeconfig holds, as an object`);
  }
  options.signal?.throwIfAborted();
  const source = new ConfigSource("the configuration object");
  const merged = mergeConfigs([checkedConfig(source, config)]);
  let host = given;
  const lazy = async (): Promise<KubeHost> => host ??= await loadHost("read what the configuration names");
  return await untilAborted(accessOf({ config: merged, source }, options, lazy), options.signal);
}

function accountAccess(
  { server, namespace, tls, tokenFile, token }: ServiceAccount,
  options: KubeLoadOptions,
  host: KubeHost,
): KubeAccess {
  const file = new CachedFile(host, tokenFile, token);
  return {
    server,
    namespace: options.namespace ?? namespace,
    tls,
    compress: true,
    credentials: async ({ refused, signal } = {}): Promise<KubeCredentials> => {
      signal?.throwIfAborted();
      const now = await file.read({ renew: refused !== undefined });
      if (!isToken(now)) throw new ConfigSource(`"${tokenFile}"`).error("it holds no token");
      return { headers: [["Authorization", `Bearer ${now}`]] };
    },
  };
}
