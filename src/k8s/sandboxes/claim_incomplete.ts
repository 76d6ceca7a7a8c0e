import { SandboxError } from "../../../mod.ts";
import type { SandboxClaim } from "../types.ts";
import { conditionOf, phaseOf, statusText } from "./sandbox_fields.ts";
import { titleOf } from "./sandbox_keys.ts";

/** What can be done about each reason for which the platform ends a claim early. */
const HINTS: Readonly<Record<string, string>> = {
  TimeoutReached: "Nothing was left in the pool: scale its SandboxSet, or claim again with a longer claimTimeout",
  SandboxSetNotFound: "Check templateName: there must be a SandboxSet of that name in the claim's namespace",
  FeatureGateDisabled: "The platform's feature gate SandboxClaim is off: ask whoever runs the cluster",
};

/** Whether the platform is through with a claim, be it in vain. */
export function isCompleted(claim: SandboxClaim): boolean {
  return phaseOf(claim) === "Completed";
}

/** How many sandboxes a claim got. */
export function claimedCount({ status }: SandboxClaim): number {
  return status?.claimedReplicas ?? 0;
}

/** The error of a claim that got fewer sandboxes than wanted, or none yet. */
export function claimIncomplete(claim: SandboxClaim, wanted: number): SandboxError {
  const shown = titleOf("claim", claim);
  const count = `${claimedCount(claim)} of ${wanted} sandboxes`;
  if (!isCompleted(claim)) {
    return new SandboxError(`Cannot use ${shown}: it has ${count} so far`, {
      code: "claim_incomplete",
      retryable: true,
      hint: "Wait for it with waitForClaim, or pass waitReady to fromClaim",
    });
  }
  const { reason = "", message = "" } = conditionOf(claim, "Completed") ?? {};
  const said = [reason, statusText(claim, "message") || message].filter((part) => part !== "").join(", ");
  return new SandboxError(`Cannot use ${shown}: it ended with ${count}${said && ` (${said})`}`, {
    code: "claim_incomplete",
    hint: HINTS[reason] ?? "Make another claim, and delete the sandboxes of this one: they stay",
  });
}
