import type { Column, Kind } from "./kinds.ts";
import { kindsOf } from "./make_kind.ts";
import { sandboxSchema } from "./schemas/sandbox.ts";
import { sandboxClaimSchema } from "./schemas/sandbox_claim.ts";
import { sandboxSetSchema } from "./schemas/sandbox_set.ts";

const agentsKind = kindsOf({ group: "agents.kruise.io", version: "v1alpha1", custom: true });

function column(name: string, type: string, ...path: readonly string[]): Column {
  return { name, type, path };
}

const age = column("Age", "date", "metadata", "creationTimestamp");

/** What OpenKruise Agents' CustomResourceDefinitions bring. The fake API knows the fields of the first three. */
export const OPENKRUISE_KINDS: readonly Kind[] = [
  agentsKind("sandboxes", "Sandbox", "sbx", {
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
  agentsKind("sandboxsets", "SandboxSet", "sbs", {
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
  agentsKind("sandboxclaims", "SandboxClaim", "sbc", {
    schema: sandboxClaimSchema,
    columns: [
      column("Phase", "string", "status", "phase"),
      column("Template", "string", "spec", "templateName"),
      column("Desired", "integer", "spec", "replicas"),
      column("Claimed", "integer", "status", "claimedReplicas"),
      age,
    ],
  }),
  agentsKind("checkpoints", "Checkpoint", "cp"),
  agentsKind("commits", "Commit", "cmt"),
  agentsKind("globalsecurityprofiles", "GlobalSecurityProfile", "gsp", { namespaced: false }),
  agentsKind("globaltrafficpolicies", "GlobalTrafficPolicy", "gtp", { namespaced: false }),
  agentsKind("sandboxtemplates", "SandboxTemplate", "sbt", { status: false }),
  agentsKind("sandboxupdateops", "SandboxUpdateOps", "suo"),
  agentsKind("securityprofiles", "SecurityProfile", "sp"),
  agentsKind("trafficpolicies", "TrafficPolicy", "tp"),
];
