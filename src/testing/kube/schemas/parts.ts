import type { Schema } from "../schema.ts";

/** Schemas that several kinds share. */
export const text: Schema = { type: "string" };
export const flag: Schema = { type: "boolean" };
export const time: Schema = { type: "string", format: "date-time" };
export const int32: Schema = { type: "integer", format: "int32" };
export const int64: Schema = { type: "integer", format: "int64" };
export const anything: Schema = { preserve: true };
export const texts: Schema = { type: "array", items: text };
export const textMap: Schema = { type: "object", values: text };

/** An object with some members. */
export function object(properties: Readonly<Record<string, Schema>>, ...required: readonly string[]): Schema {
  return { type: "object", properties, required };
}

/** `metadata`: the API server itself knows what is in it. */
export const metadata: Schema = {
  type: "object",
  preserve: true,
  properties: {
    labels: textMap,
    annotations: textMap,
    finalizers: { type: "array", items: text, set: true },
    ownerReferences: { type: "array", items: { preserve: true }, keys: ["uid"] },
  },
};

export const conditions: Schema = {
  type: "array",
  keys: ["type"],
  items: object(
    {
      lastTransitionTime: time,
      message: { type: "string", maxLength: 32768 },
      observedGeneration: { ...int64, minimum: 0 },
      reason: {
        type: "string",
        minLength: 1,
        maxLength: 1024,
        pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$",
      },
      status: { type: "string", enum: ["True", "False", "Unknown"] },
      type: {
        type: "string",
        maxLength: 316,
        pattern:
          "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$",
      },
    },
    "lastTransitionTime",
    "message",
    "reason",
    "status",
    "type",
  ),
};

/** What a Sandbox and the template of a SandboxSet have in common. */
export const podTemplate: Readonly<Record<string, Schema>> = {
  pauseStrategy: object({
    hibernateStrategy: object({ type: text }),
    type: { type: "string", enum: ["Stop", "Hibernate"] },
  }),
  persistentContents: texts,
  runtimes: { type: "array", items: object({ name: text }, "name") },
  template: anything,
  templateRef: object({ apiVersion: text, kind: text, name: text }, "name"),
  volumeClaimTemplates: anything,
};

/** An object of the API: what every one has, its `spec` and its `status`. */
export function apiObject(spec: Schema, status: Schema): Schema {
  return object({ apiVersion: text, kind: text, metadata, spec, status }, "spec");
}
