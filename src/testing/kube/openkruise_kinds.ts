import type { Column, Kind } from "./kinds.ts";
import { sandboxSchema } from "./schemas/sandbox.ts";
import { sandboxClaimSchema } from "./schemas/sandbox_claim.ts";
import { sandboxSetSchema } from "./schemas/sandbox_set.ts";

function kind(plural: string, name: string, shortName: string, more: Partial<Kind> = {}): Kind {
  return {
    group: "agents.kruise.io",
    version: "v1alpha1",
    plural,
    singular: name.toLowerCase(),
    kind: name,
    shortNames: [shortName],
    namespaced: true,
    status: true,
    custom: true,
    ...more,
  };
}

function column(name: string, type: string, ...path: readonly string[]): Column {
  return { name, type, path };
}

const age = column("Age", "date", "metadata", "creationTimestamp");

/** What OpenKruise Agents' CustomResourceDefinitions bring. The fake API knows the fields of the first three. */
export const OPENKRUISE_KINDS: readonly Kind[] = [
  kind("sandboxes", "Sandbox", "sbx", {
    schema: sandboxSchema,
    columns: [
      column("Status", "string", "status", "phase"),
      age,
      column("Claimed", "string", "metadata", "labels", "agents.kruise.io/sandbox-claimed"),
      column("shutdown_time", "string", "spec", "shutdownTime"),
      column("pause_time", "string", "spec", "pauseTime"),
      column("RecycledCount", "integer", "status", "recycledCount"),
      column("Message", "string", "status", "message"),
    ],
  }),
  kind("sandboxsets", "SandboxSet", "sbs", {
    schema: sandboxSetSchema,
    scale: true,
    columns: [
      column("Replicas", "integer", "status", "replicas"),
      column("Available", "integer", "status", "availableReplicas"),
      column("UpdatedReplicas", "integer", "status", "updatedReplicas"),
      column("UpdatedAvailableReplicas", "integer", "status", "updatedAvailableReplicas"),
      column("UpdateRevision", "string", "status", "updateRevision"),
      age,
    ],
  }),
  kind("sandboxclaims", "SandboxClaim", "sbc", {
    schema: sandboxClaimSchema,
    columns: [
      column("Phase", "string", "status", "phase"),
      column("Template", "string", "spec", "templateName"),
      column("Desired", "integer", "spec", "replicas"),
      column("Claimed", "integer", "status", "claimedReplicas"),
      age,
    ],
  }),
  kind("checkpoints", "Checkpoint", "cp"),
  kind("commits", "Commit", "cmt"),
  kind("globalsecurityprofiles", "GlobalSecurityProfile", "gsp", { namespaced: false }),
  kind("globaltrafficpolicies", "GlobalTrafficPolicy", "gtp", { namespaced: false }),
  kind("sandboxtemplates", "SandboxTemplate", "sbt", { status: false }),
  kind("sandboxupdateops", "SandboxUpdateOps", "suo"),
  kind("securityprofiles", "SecurityProfile", "sp"),
  kind("trafficpolicies", "TrafficPolicy", "tp"),
];
