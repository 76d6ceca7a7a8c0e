import type { Schema } from "../schema.ts";
import { apiObject, conditions, flag, int32, int64, object, podTemplate, text, textMap, time } from "./parts.ts";

const quantities: Schema = { type: "object", values: { intOrString: true } };

/** The schema of `sandboxclaims.agents.kruise.io`. */
export const sandboxClaimSchema: Schema = apiObject(
  object(
    {
      annotations: textMap,
      claimTimeout: { ...text, default: "1m", second: "claimTimeout must be at least 1 second" },
      createOnNoStock: { ...flag, default: true },
      dynamicVolumesMount: {
        type: "array",
        keys: ["mountPath"],
        items: object(
          { attributes: textMap, mountID: text, mountPath: text, pvName: text, readOnly: flag, subPath: text },
          "mountPath",
          "pvName",
        ),
      },
      envVars: textMap,
      inplaceUpdate: object({ image: text, resources: object({ limits: quantities, requests: quantities }) }),
      labels: textMap,
      replicas: { ...int32, default: 1, minimum: 1, immutable: "replicas is immutable" },
      reserveFailedSandbox: flag,
      runtimes: podTemplate["runtimes"] ?? {},
      shutdownTime: time,
      skipInitRuntime: { ...flag, default: false },
      templateName: text,
      ttlAfterCompleted: { ...text, default: "60m" },
      waitReadyTimeout: { ...text, default: "30s", second: "waitReadyTimeout must be at least 1 second" },
    },
    "templateName",
  ),
  object({
    claimStartTime: time,
    claimedReplicas: int32,
    completionTime: time,
    conditions,
    message: text,
    observedGeneration: int64,
    phase: text,
  }),
);
