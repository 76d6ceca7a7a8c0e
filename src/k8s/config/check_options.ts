import type { KubeLoadOptions } from "./load_options.ts";
import { checkMilliseconds } from "../../errors/checks.ts";

/** Checks the options of loading. `instead` says what is loaded where no file and no context can be chosen. */
export function checkOptions(options: KubeLoadOptions, instead?: string): void {
  for (const name of ["kubeconfig", "context", "namespace"] as const) {
    const value = options[name];
    if (value === undefined) continue;
    if (typeof value !== "string") throw new TypeError(`Cannot use a ${typeof value} as ${name}: pass a string`);
    if (value === "") throw new TypeError(`Cannot use an empty ${name}: leave it out for the default`);
    if (instead !== undefined && name !== "namespace") {
      throw new TypeError(`Cannot use ${name} with ${instead}: pass one of the two`);
    }
  }
  if (options.namespace !== undefined && !/^[a-z\d]([-a-z\d]{0,61}[a-z\d])?$/.test(options.namespace)) {
    throw new TypeError(`Cannot use "${options.namespace}" as namespace: it is not a DNS label`);
  }
  if (options.fetch !== undefined && typeof options.fetch !== "function") {
    throw new TypeError(`Cannot use a ${typeof options.fetch} as fetch: pass a function`);
  }
  if (options.pluginTimeoutMs !== undefined) checkMilliseconds("pluginTimeoutMs", options.pluginTimeoutMs);
}
