import { badRequest } from "../refusal.ts";
import { isTrue } from "../target.ts";

/** A parameter that switches something on. */
export function flag(query: URLSearchParams, name: string): boolean {
  return isTrue(query.get(name));
}

/** A parameter that is a whole number; absent: none. Throws where it is none. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

/** The parameters of a request, as Go reads them: one with a bare semicolon is none. */
export function parametersOf({ search }: URL): URLSearchParams {
  return new URLSearchParams(search.slice(1).split("&").filter((pair) => !pair.includes(";")).join("&"));
}
