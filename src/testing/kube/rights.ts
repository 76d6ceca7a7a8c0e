import type { FakeKubeRule } from "./fake_kube_options.ts";

/** What somebody wants to do. */
export interface Wanted {
  readonly group: string;
  /** `sandboxes`, or `sandboxes/status`. */
  readonly resource: string;
  readonly name: string;
  readonly namespace: string;
  readonly verb: string;
}

/** Whether one of the rules allows it. Without rules, everything is allowed. */
export function isAllowed(rules: readonly FakeKubeRule[] | undefined, wanted: Wanted): boolean {
  return rules === undefined || rules.some((rule) => covers(rule, wanted));
}

/** Whether a rule is about that. */
export function covers(rule: FakeKubeRule, { group, resource, name, namespace, verb }: Wanted): boolean {
  const { apiGroups, resources, resourceNames, verbs, namespaces } = rule;
  return has(apiGroups, group) && has(verbs, verb) && has(namespaces, namespace) &&
    (has(resources, resource) || resources?.includes(`*/${resource.split("/")[1]}`) === true) &&
    (resourceNames === undefined || resourceNames.length === 0 || resourceNames.includes(name));
}

function has(list: readonly string[] | undefined, item: string): boolean {
  return list === undefined || list.includes("*") || list.includes(item);
}
