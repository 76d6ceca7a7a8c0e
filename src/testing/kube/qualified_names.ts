import { invalidValue } from "./causes.ts";
import { type JsonObject, objectOf, textOf } from "./json.ts";
import { checkSubdomain } from "./names.ts";
import type { Cause } from "./refusal.ts";

const NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const OF_CHARACTERS = "consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  "alphanumeric character";
const NOT_A_NAME = `must ${OF_CHARACTERS} (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is ` +
  `'${NAME}')`;
const NOT_A_VALUE = `a valid label must be an empty string or ${OF_CHARACTERS} (e.g. 'MyValue',  or 'my_value',  or ` +
  `'12345', regex used for validation is '(${NAME})?')`;

const MOST_NAME = 63;
/** All annotations of an object together, in bytes. */
const MOST_ANNOTATIONS = 256 * 1024;

/** Says what is wrong with an object's labels and annotations. */
export function checkLabels(metadata: JsonObject): readonly Cause[] {
  const [labels, annotations] = [objectOf(metadata["labels"]), objectOf(metadata["annotations"])];
  const causes = Object.entries(labels).flatMap(([key, value]) => [
    ...keyFaults(key).map((why) => invalidValue("metadata.labels", key, why)),
    ...valueFaults(textOf(value)).map((why) => invalidValue("metadata.labels", textOf(value), why)),
  ]);
  for (const key of Object.keys(annotations)) {
    // In annotations, capitals may be in the prefix, too.
    causes.push(...keyFaults(key.toLowerCase()).map((why) => invalidValue("metadata.annotations", key, why)));
  }
  const size = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + bytesOf(key) + bytesOf(textOf(value)),
    0,
  );
  if (size <= MOST_ANNOTATIONS) return causes;
  const message = `Too long: may not be more than ${MOST_ANNOTATIONS} bytes`;
  return [...causes, { reason: "FieldValueTooLong", message, field: "metadata.annotations" }];
}

function keyFaults(key: string): string[] {
  const parts = key.split("/");
  if (parts.length > 2) {
    return [
      `a valid label key ${NOT_A_NAME} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1)!;
  const faults = parts.length === 1 ? [] : prefixFaults(parts[0]!);
  if (name === "") faults.push("name part must be non-empty");
  if (bytesOf(name) > MOST_NAME) faults.push(`name part must be no more than ${MOST_NAME} bytes`);
  if (!new RegExp(`^${NAME}$`).test(name)) faults.push(`name part ${NOT_A_NAME}`);
  return faults;
}

function prefixFaults(prefix: string): string[] {
  if (prefix === "") return ["prefix part must be non-empty"];
  const fault = checkSubdomain(prefix);
  return fault === undefined ? [] : [`prefix part ${fault}`];
}

function valueFaults(value: string): string[] {
  const faults = bytesOf(value) > MOST_NAME ? [`must be no more than ${MOST_NAME} bytes`] : [];
  return new RegExp(`^(${NAME})?$`).test(value) ? faults : [...faults, NOT_A_VALUE];
}

function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
