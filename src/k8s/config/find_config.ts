import type { KubeConfigAttempt } from "../../../mod.ts";
import type { Fields } from "./fields.ts";
import { hostReason, type KubeHost } from "./host.ts";
import { mergeConfigs, type MergedConfig } from "./merge_configs.ts";
import { parseConfig } from "./parse_config.ts";
import { configError, ConfigSource } from "./source.ts";

/** Configuration that was found, and what was tried before. */
export interface FoundConfig {
  readonly config: MergedConfig;
  /** Where it is from, whole. */
  readonly source: ConfigSource;
}

/**
 * Looks where `kubectl` looks: the file that is named, else those of `KUBECONFIG`, else `~/.kube/config`. A place that
 * holds something that is no good is an error, and no reason to look elsewhere. Undefined where there is nothing;
 * `tried` then tells.
 */
export async function findConfig(
  host: KubeHost,
  path: string | undefined,
  tried: KubeConfigAttempt[],
  signal: AbortSignal | undefined,
): Promise<FoundConfig | undefined> {
  if (path !== undefined) {
    const config = await readConfig(host, host.resolve(path), tried, signal);
    // Whoever names a file means that one, also where it is empty.
    if (config) return { config: mergeConfigs([config]), source: config.source };
    throw missing("no such file", tried, "Check the path that was passed as kubeconfig");
  }
  const variable = readVariable(host, "KUBECONFIG", tried);
  if (variable !== undefined) return await findInList(host, variable, tried, signal);
  tried.push({ source: "KUBECONFIG", reason: "it is not set" });
  readVariable(host, "HOME", tried);
  const home = host.home();
  if (home === undefined) {
    tried.push({ source: "~/.kube/config", reason: "no home directory is known: HOME is not set" });
    return undefined;
  }
  const config = await readConfig(host, host.resolve(".kube/config", home), tried, signal);
  return config && found([config], config.source.name, tried);
}

async function findInList(
  host: KubeHost,
  list: string,
  tried: KubeConfigAttempt[],
  signal: AbortSignal | undefined,
): Promise<FoundConfig | undefined> {
  const paths = new Set(list.split(host.delimiter).filter((path) => path !== ""));
  const configs: Fields[] = [];
  for (const path of paths) {
    // Of several files those that are missing are left out.
    const config = await readConfig(host, host.resolve(path), tried, signal);
    if (config) configs.push(config);
  }
  if (configs.length === 0) {
    throw missing("KUBECONFIG names no file that exists", tried, "Correct KUBECONFIG, or unset it");
  }
  return found(configs, paths.size === 1 ? configs[0]!.source.name : `KUBECONFIG=${list}`, tried);
}

/** Undefined for configuration without any cluster, which is the same as none. */
function found(configs: readonly Fields[], name: string, tried: KubeConfigAttempt[]): FoundConfig | undefined {
  const config = mergeConfigs(configs);
  if (config.clusters.size + config.contexts.size > 0) {
    return { config, source: new ConfigSource(name, { tried: [...tried] }) };
  }
  tried.push({ source: name, reason: "it has no clusters and no contexts" });
  return undefined;
}

/** Undefined where the file does not exist. */
async function readConfig(
  host: KubeHost,
  path: string,
  tried: KubeConfigAttempt[],
  signal: AbortSignal | undefined,
): Promise<Fields | undefined> {
  const name = `file "${path}"`;
  const text = await host.readText(path).catch((error) => {
    const reason = hostReason(error);
    if (reason !== "it does not exist") {
      throw new ConfigSource(name, { tried }).error(reason, "Make it readable; on Deno, pass --allow-read");
    }
    tried.push({ source: name, reason });
  });
  signal?.throwIfAborted();
  if (text === undefined) return undefined;
  return await parseConfig(name, text, { directory: host.dirname(path), tried: [...tried] });
}

/** Reads a variable that decides where to look: where it may not be read, nothing is known. */
export function readVariable(host: KubeHost, name: string, tried: readonly KubeConfigAttempt[]): string | undefined {
  try {
    return host.env(name);
  } catch (error) {
    const hint = `Allow it (on Deno: --allow-env=KUBECONFIG,HOME,KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT,` +
      "POD_NAMESPACE), or pass the path of a kubeconfig";
    throw new ConfigSource(`variable ${name}`, { tried }).error(hostReason(error), hint);
  }
}

function missing(reason: string, tried: readonly KubeConfigAttempt[], hint: string): Error {
  const last = tried.at(-1);
  const where = last === undefined ? "" : ` (${last.source})`;
  return configError(`Cannot find a Kubernetes configuration: ${reason}${where}`, tried, hint);
}
