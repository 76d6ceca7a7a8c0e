import type { Schema } from "../schema.ts";
import { apiObject, conditions, flag, int32, int64, object, podTemplate, text, textMap, texts, time } from "./parts.ts";

const upgradeHook: Schema = object({
  exec: object({ command: texts }),
  timeoutSeconds: { ...int32, default: 60 },
});

/** The schema of `sandboxes.agents.kruise.io`. */
export const sandboxSchema: Schema = apiObject(
  object({
    ...podTemplate,
    lifecycle: object({ postUpgrade: upgradeHook, preUpgrade: upgradeHook }),
    pauseTime: time,
    paused: flag,
    shutdownTime: time,
    upgradePolicy: object({ type: { type: "string", enum: ["Recreate", "CheckpointRestore"] } }),
  }),
  object({
    conditions,
    message: text,
    nodeName: text,
    observedGeneration: int64,
    phase: text,
    podInfo: object({ annotations: textMap, labels: textMap, nodeName: text, podIP: text, podUID: text }),
    recycledCount: int32,
    sandboxIp: text,
    updateRevision: text,
  }),
);
