/** Values of a query by their names; what is undefined is left out, and a list stands for several of one name. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A path with its query. */
export function withQuery(path: string, query: Query | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text === "" ? path : `${path}${path.includes("?") ? "&" : "?"}${text}`;
}
