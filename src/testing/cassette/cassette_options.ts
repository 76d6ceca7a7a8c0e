import type { CassetteOptions } from "./cassette.ts";
import { Names } from "./cassette_names.ts";
import { Secrets } from "./cassette_secrets.ts";

/** Checks what `record` and `replay` are told alike, and makes what they look through requests with. */
export function lookFor({ secrets = [], names = [] }: CassetteOptions): { secrets: Secrets; names: Names } {
  for (const secret of list("secrets", secrets)) {
    if (!(secret instanceof RegExp) && (typeof secret !== "string" || secret === "")) {
      throw new TypeError("Cannot use the given secrets: pass texts that are not empty, and patterns");
    }
  }
  for (const name of list("names", names)) {
    if (!(name instanceof RegExp)) throw new TypeError("Cannot use the given names: pass patterns (RegExp)");
  }
  return { secrets: new Secrets(secrets), names: new Names(names) };
}

function list<T>(what: string, value: readonly T[]): readonly T[] {
  if (!Array.isArray(value)) throw new TypeError(`Cannot use the given ${what}: pass an array`);
  return value;
}
