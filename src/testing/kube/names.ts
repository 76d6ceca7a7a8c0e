import { invalidValue, required } from "./causes.ts";
import { type JsonObject, textOf } from "./json.ts";
import type { Kind } from "./kinds.ts";
import type { Cause } from "./refusal.ts";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;

const NOT_A_SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
  `and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`;
const NOT_A_LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end " +
  `with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`;

/** What the server makes names of: no vowels, so that no words come out. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** Says what is wrong with an object's name. */
export function checkName({ name, generateName }: JsonObject, kind: Kind): readonly Cause[] {
  const text = textOf(name);
  if (text === "") {
    return textOf(generateName) === "" ? [required("metadata.name", "name or generateName is required")] : [];
  }
  const isNamespace = kind.plural === "namespaces";
  const [pattern, why, most] = isNamespace ? [LABEL, NOT_A_LABEL, 63] : [SUBDOMAIN, NOT_A_SUBDOMAIN, 253];
  if (text.length > most) return [invalidValue("metadata.name", text, `must be no more than ${most} characters`)];
  return new RegExp(`^${pattern}$`).test(text) ? [] : [invalidValue("metadata.name", text, why)];
}

/** What is wrong with a name that is to be a subdomain's, if anything is. */
export function checkSubdomain(text: string): string | undefined {
  return new RegExp(`^${SUBDOMAIN}$`).test(text) ? undefined : NOT_A_SUBDOMAIN;
}

/** A name that begins like this, and ends by chance. */
export function generateName(base: string): string {
  const random = crypto.getRandomValues(new Uint8Array(5));
  return base.slice(0, 58) + [...random].map((byte) => ALPHABET[byte % ALPHABET.length]).join("");
}
