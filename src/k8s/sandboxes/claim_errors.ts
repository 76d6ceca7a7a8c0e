import { type KubeStatusError, SandboxError } from "../../../mod.ts";
import type { SandboxClaim } from "../types.ts";
import type { ObjectReport } from "./describe_object.ts";
import { objectMissing } from "./missing.ts";
import { conditionOf } from "./sandbox_fields.ts";
import type { Subject } from "./subject.ts";

/** How many sandboxes a claim is for. */
export function replicasOf({ spec }: SandboxClaim): number {
  return spec?.replicas ?? 1;
}

/** How many sandboxes a claim has. */
export function claimedOf({ status }: SandboxClaim): number {
  return status?.claimedReplicas ?? 0;
}

/** There is no such claim. */
export function claimMissing(what: string, subject: Subject<SandboxClaim>, cause: KubeStatusError): KubeStatusError {
  const why = ". A claim is deleted some time after it is completed (spec.ttlAfterCompleted), and its sandboxes stay";
  return objectMissing(what, subject, cause, why);
}

/** A claim is over, and has too few sandboxes. */
export function claimIncomplete(
  claim: SandboxClaim,
  title: string,
  how: string,
  { text, missingRight }: ObjectReport,
  verb: "wait for" | "use" = "wait for",
): SandboxError {
  const more = missingRight === undefined ? "" : `; its events would tell more: ${missingRight}`;
  return new SandboxError(
    `Cannot ${verb} ${title}: ${how} with ${claimedOf(claim)} of ${replicasOf(claim)} sandboxes (${text})`,
    { code: "claim_incomplete", hint: hintFor(claim) + more },
  );
}

function hintFor(claim: SandboxClaim): string {
  const { namespace } = claim.metadata;
  const pool = claim.spec.templateName;
  switch (conditionOf(claim, "Completed")?.reason) {
    case "SandboxSetNotFound":
      return `There is no pool of that name: kubectl get sandboxsets ${pool} -n ${namespace}`;
    case "FeatureGateDisabled":
      return "The platform's controller runs with its feature gate SandboxClaim off: whoever runs it can switch it on";
    case "TimeoutReached":
      return `The pool "${pool}" had too few sandboxes ready for spec.claimTimeout: scale it with scaleSandboxSet, and ` +
        "claim again. What was claimed goes with releaseClaim";
  }
  return "What was claimed goes with releaseClaim; then claim again";
}
