import { objectOf, textOf } from "./json.ts";
import type { Kind } from "./kinds.ts";
import type { Selects } from "./label_selector.ts";
import { badRequest } from "./refusal.ts";

/** What a field selector asks for. */
export interface FieldSelector {
  readonly selects: Selects;
  /** The one name that it allows, if it says one: rights to a name are asked for with it. */
  readonly name?: string;
}

interface Term {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Reads a field selector: `metadata.name=x,metadata.namespace!=y`. A comma in a value is written `\,`. */
export function parseFieldSelector(selector: string, kind: Kind | undefined): FieldSelector {
  const terms = selector.split(/(?<!\\),/).filter((term) => term !== "").map(parseTerm);
  const tests = terms.map(({ field, equal, value }): Selects => {
    const read = readerOf(field, kind);
    return (object) => (read(object) === value) === equal;
  });
  const name = terms.find(({ field, equal }) => field === "metadata.name" && equal)?.value;
  return {
    selects: (object) => tests.every((holds) => holds(object)),
    ...(name === undefined ? {} : { name }),
  };
}

function parseTerm(term: string): Term {
  const [, field = "", operator = "", value = ""] = /^([^=!]*?)(==|!=|=)(.*)$/s.exec(term) ?? [];
  if (operator === "") throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  return { field, equal: operator !== "!=", value: value.replaceAll(/\\([\\,=])/g, "$1") };
}

function readerOf(field: string, kind: Kind | undefined): (object: Parameters<Selects>[0]) => string {
  if (field === "metadata.name") return (object) => textOf(objectOf(object["metadata"])["name"]);
  if (field === "metadata.namespace") return (object) => textOf(objectOf(object["metadata"])["namespace"]);
  const { fields = {} } = kind ?? {};
  const read = Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (read === undefined) throw badRequest(`field label not supported: ${field}`);
  return read;
}
