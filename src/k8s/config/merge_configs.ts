import type { Fields } from "./fields.ts";

/** Configuration of one or several files, in which each entry knows where it is from. */
export interface MergedConfig {
  /** The name of the context to use. */
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, Fields>;
  readonly clusters: ReadonlyMap<string, Fields>;
  readonly users: ReadonlyMap<string, Fields>;
}

/** Merges files in the order of `KUBECONFIG`: of a name, the first file's entry is taken, and it is taken whole. */
export function mergeConfigs(configs: readonly Fields[]): MergedConfig {
  return {
    currentContext: configs.map((config) => config.text("current-context")).find((name) => name !== undefined),
    contexts: mergeEntries(configs, "contexts", "context"),
    clusters: mergeEntries(configs, "clusters", "cluster"),
    users: mergeEntries(configs, "users", "user"),
  };
}

function mergeEntries(configs: readonly Fields[], list: string, key: string): Map<string, Fields> {
  const merged = new Map<string, Fields>();
  for (const config of configs) {
    for (const [name, entry] of entriesOf(config, list, key)) if (!merged.has(name)) merged.set(name, entry);
  }
  return merged;
}

/** The entries of one file, where a name may occur only once. */
function entriesOf(config: Fields, list: string, key: string): Map<string, Fields> {
  const entries = new Map<string, Fields>();
  for (const entry of config.maps(list)) {
    const name = entry.text("name") ?? "";
    if (entries.has(name)) throw entry.error("name", `is "${name}", as in an earlier one of the ${list}`);
    const fields = entry.map(key) ?? entry.empty(key);
    entries.set(name, fields);
  }
  return entries;
}
