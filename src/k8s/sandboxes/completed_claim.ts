import { isSandboxError } from "../../../mod.ts";
import { isNotFound } from "../errors/predicates.ts";
import type { SandboxClaim } from "../types.ts";
import { claimedOf, claimIncomplete, claimMissing, replicasOf } from "./claim_errors.ts";
import { claimUnfinished } from "./claimed_sandboxes.ts";
import { reportOf } from "./describe_object.ts";
import { isMissing } from "./missing.ts";
import { phaseOf } from "./sandbox_fields.ts";
import type { Search } from "./search.ts";
import type { Subject } from "./subject.ts";
import { waitForClaim } from "./wait_for_claim.ts";

/** The claim as the platform is through with it, with enough sandboxes. */
export async function completedClaim(
  search: Search,
  subject: Subject<SandboxClaim>,
  minReplicas: number | undefined,
): Promise<SandboxClaim> {
  let claim = await readClaim(search, subject);
  if (search.waitReady && !isCompleted(claim)) {
    try {
      claim = await waitForClaim(search.kube, subject, search.limits());
    } catch (error) {
      if (minReplicas === undefined || !isSandboxError(error, "claim_incomplete")) throw error;
      // Fewer than it asked for may be enough; but not where it is gone, or made anew: the error says more.
      const now = await readClaim(search, subject).catch((second) => {
        throw isNotFound(second) ? error : second;
      });
      if (now.metadata.uid !== claim.metadata.uid) throw error;
      claim = now;
    }
  }
  if (!isCompleted(claim)) throw claimUnfinished(claim);
  if (claimedOf(claim) >= (minReplicas ?? replicasOf(claim))) return claim;
  const report = await reportOf(subject, claim, search.limits().signal);
  throw claimIncomplete(claim, subject.title, "it is completed", report, "use");
}

function isCompleted(claim: SandboxClaim): boolean {
  return phaseOf(claim) === "Completed";
}

async function readClaim({ limits }: Search, subject: Subject<SandboxClaim>): Promise<SandboxClaim> {
  try {
    return await subject.resource.get(subject.name, limits());
  } catch (error) {
    throw isMissing(error, subject.name) ? claimMissing("use", subject, error) : error;
  }
}
