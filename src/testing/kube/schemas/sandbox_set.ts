import type { Schema } from "../schema.ts";
import { apiObject, conditions, int32, int64, object, podTemplate, text } from "./parts.ts";

const strategy: Schema = object({ maxUnavailable: { intOrString: true } });

/** The schema of `sandboxsets.agents.kruise.io`. */
export const sandboxSetSchema: Schema = apiObject(
  object({ ...podTemplate, replicas: int32, scaleStrategy: strategy, updateStrategy: strategy }, "replicas"),
  object(
    {
      availableReplicas: int32,
      conditions,
      currentRevision: text,
      observedGeneration: int64,
      replicas: int32,
      selector: text,
      updateRevision: text,
      updatedAvailableReplicas: int32,
      updatedReplicas: int32,
    },
    "availableReplicas",
    "replicas",
  ),
);
