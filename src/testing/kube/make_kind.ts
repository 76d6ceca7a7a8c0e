import type { Kind } from "./kinds.ts";

/** Makes the kinds of one group, by their plural, name, short name and what else is not as usual. */
export function kindsOf(
  group: Pick<Kind, "group" | "version" | "custom">,
): (plural: string, name: string, shortName: string, more?: Partial<Kind>) => Kind {
  return (plural, kind, shortName, more) => ({
    ...group,
    plural,
    singular: kind.toLowerCase(),
    kind,
    shortNames: [shortName],
    namespaced: true,
    status: true,
    ...more,
  });
}
