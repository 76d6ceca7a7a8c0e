import type { Kind } from "../kinds.ts";
import type { Schema } from "../schema.ts";
import { anything, metadata, text } from "./parts.ts";

/** Of kinds whose fields the fake API does not know. */
const ANY: Schema = {
  type: "object",
  preserve: true,
  properties: { apiVersion: text, kind: text, metadata, spec: anything, status: anything },
};

/** The schema of a kind's objects. */
export function schemaOf({ schema = ANY }: Kind): Schema {
  return schema;
}
