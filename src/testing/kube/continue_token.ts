import { objectOf } from "./json.ts";
import { badRequest, type Refusal, refuse } from "./refusal.ts";

/** Where a list goes on. */
export interface Place {
  /** The version of the first page; -1: the latest, whatever was before. */
  readonly revision: number;
  /** The smallest key that has not been listed, relative to the listed namespace. */
  readonly start: string;
}

const FORMAT = "meta.k8s.io/v1";

/** Writes the token of a place. */
export function toToken({ revision, start }: Place): string {
  const bytes = new TextEncoder().encode(JSON.stringify({ v: FORMAT, rv: revision, start }));
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads a token. */
export function fromToken(token: string): Place {
  let text: string;
  try {
    text = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw invalidToken("illegal base64 data at input byte 0");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidToken(`invalid character '${goCharacter(text)}' looking for beginning of value`);
  }
  const { v, rv, start } = objectOf(value);
  if (v !== FORMAT) {
    throw invalidToken(`server does not recognize this encoded version ${JSON.stringify(v ?? "")}`);
  }
  if (typeof rv !== "number" || rv === 0 || typeof start !== "string") {
    throw invalidToken(`incorrect encoded start resourceVersion (version ${FORMAT})`);
  }
  return { revision: rv, start: start.replace(/^\//, "") };
}

function goCharacter(text: string): string {
  const code = text.charCodeAt(0);
  return code > 0x1f && code < 0x7f ? text.slice(0, 1) : `\\u${code.toString(16).padStart(4, "0")}`;
}

function invalidToken(why: string): Refusal {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}

/** The version of the first page is forgotten. The token in the answer goes on, at the latest version. */
export function tokenExpired({ start }: Place): Refusal {
  const message = "The provided continue parameter is too old to display a consistent list result. You can start a " +
    "new list without the continue parameter, or use the continue token in this response to retrieve the remainder " +
    "of the results. Continuing with the provided token results in an inconsistent list - objects that were created, " +
    "modified, or deleted between the time the first chunk was returned and now may show up in the list.";
  return refuse(410, "Expired", message, { metadata: { continue: toToken({ revision: -1, start }) } });
}
