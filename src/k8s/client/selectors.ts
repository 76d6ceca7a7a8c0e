import type { SelectorOptions } from "./resource.ts";

/**
 * The selectors of options, for a query. An empty list in place of one would select everything.
 *
 * @throws {TypeError} When one is no string.
 */
export function selectorsOf(options: SelectorOptions): Pick<SelectorOptions, "labelSelector" | "fieldSelector"> {
  for (const name of ["labelSelector", "fieldSelector"] as const) {
    const value: unknown = options[name];
    if (value === undefined || typeof value === "string") continue;
    const kind = value === null ? "null" : Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
    throw new TypeError(`Cannot use ${kind} as ${name}: pass a string, such as "a=b,c!=d"`);
  }
  const { labelSelector, fieldSelector } = options;
  return { labelSelector, fieldSelector };
}
