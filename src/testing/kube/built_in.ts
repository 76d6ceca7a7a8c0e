import { type JsonObject, objectOf } from "./json.ts";
import type { Kind } from "./kinds.ts";

/** What the API server itself fills in for the built-in kinds, as far as clients look at it. */
export function withBuiltInDefaults(object: JsonObject, kind: Kind): JsonObject {
  if (kind.custom) return object;
  if (kind.plural === "namespaces") {
    const metadata = objectOf(object["metadata"]);
    const labels = { ...objectOf(metadata["labels"]), "kubernetes.io/metadata.name": metadata["name"] };
    return {
      ...object,
      metadata: { ...metadata, labels },
      spec: { finalizers: ["kubernetes"], ...objectOf(object["spec"]) },
      status: { phase: "Active", ...objectOf(object["status"]) },
    };
  }
  if (kind.plural !== "pods") return object;
  const spec = {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    enableServiceLinks: true,
    ...objectOf(object["spec"]),
  };
  return { ...object, spec, status: { phase: "Pending", qosClass: "BestEffort", ...objectOf(object["status"]) } };
}
