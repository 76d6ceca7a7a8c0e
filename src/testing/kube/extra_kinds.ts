import type { FakeKubeKind } from "./fake_kube_options.ts";
import type { Kind } from "./kinds.ts";

/** Reads the further kinds that somebody wants. */
export function extraKinds(kinds: readonly FakeKubeKind[]): readonly Kind[] {
  return kinds.map(({ group, version, kind, plural, namespaced = true }) => {
    for (const [name, value] of Object.entries({ group, version, kind, plural })) {
      if (typeof value === "string" && (value !== "" || name === "group")) continue;
      throw new TypeError(`Cannot start a fake API: a kind has no "${name}"`);
    }
    return {
      group,
      version,
      kind,
      plural,
      singular: kind.toLowerCase(),
      shortNames: [],
      namespaced,
      status: true,
      custom: group !== "",
    };
  });
}
