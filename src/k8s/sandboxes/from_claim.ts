import { isSandboxError, type RuntimeClient } from "../../../mod.ts";
import { checkCount } from "../../errors/checks.ts";
import { checkName, checkNamespace } from "../client/names.ts";
import { isNotFound } from "../errors/predicates.ts";
import type { SandboxClaim } from "../types.ts";
import { claimedOf, claimIncomplete, claimMissing, replicasOf } from "./claim_errors.ts";
import { claimUnfinished, sandboxesOf } from "./claimed_sandboxes.ts";
import { createClient } from "./client_of.ts";
import { reportOf } from "./describe_object.ts";
import type { FromK8sOptions } from "./from_options.ts";
import { isMissing } from "./missing.ts";
import { phaseOf } from "./sandbox_fields.ts";
import { CLAIMS } from "./sandbox_keys.ts";
import { type Search, search } from "./search.ts";
import { type Subject, subjectOf } from "./subject.ts";
import { untilRouted } from "./until_routed.ts";
import { waitForClaim } from "./wait_for_claim.ts";

/** How the sandboxes of a claim are found. */
export interface FromClaimOptions extends FromK8sOptions {
  /**
   * How many running sandboxes are enough, where the claim got fewer than it asked for, or some are gone since.
   *
   * @default as many as the claim asked for
   */
  minReplicas?: number | undefined;
}

/**
 * Makes clients of the sandboxes of a claim, all that run. Each is as one of {@linkcode fromK8s}. It takes the rights
 * to `get` claims and to `get` and `list` sandboxes, and for `waitReady` to `watch` both.
 *
 * With `waitReady` a claim that is still being worked on is waited for, and so are its sandboxes where fewer run than
 * are wanted.
 *
 * @param namespace The namespace of the claim.
 * @param name Its name.
 * @param options How many are enough, and how they are found and reached.
 * @returns The clients, in the order of the sandboxes' names.
 *
 * @throws {TypeError | RangeError} When a name or an option cannot be.
 * @throws {SandboxError} With the code `claim_incomplete` when the claim has fewer sandboxes than wanted: `Completed`
 * is not success.
 * @throws {SandboxNotRunningError} When fewer of them run than wanted; `state` is that of the first that does not.
 * @throws {KubeStatusError} When the API server refuses, or the claim is not there (any more).
 *
 * @example
 * ```ts
 * import { fromClaim, KubeClient } from "@kruise-agents/runtime/k8s";
 * import { startFakeKube } from "@kruise-agents/runtime/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using cluster = await startFakeKube({
 *   objects: [{
 *     apiVersion: "agents.kruise.io/v1alpha1",
 *     kind: "SandboxClaim",
 *     metadata: { name: "job-42" },
 *     spec: { templateName: "code-interpreter", replicas: 2 },
 *     status: { phase: "Completed", claimedReplicas: 0, message: "Timeout reached after 1m0s, claimed 0/2 sandboxes" },
 *   }],
 * });
 * await using kube = await KubeClient.fromConfig(cluster.config, { fetch: cluster.fetch });
 * const options = { kube, domain: "127.0.0.1:7788", minReplicas: 1 };
 * await assertRejects(() => fromClaim("default", "job-42", options), Error, "it is completed with 0 of 2 sandboxes");
 * ```
 */
export async function fromClaim(
  namespace: string,
  name: string,
  options: FromClaimOptions = {},
): Promise<RuntimeClient[]> {
  const place = { namespace: checkNamespace(namespace), name: checkName(name, CLAIMS) };
  const { minReplicas, ...rest } = options;
  if (minReplicas !== undefined) checkCount("minReplicas", minReplicas);
  return await search(rest, async (search) => {
    const claim = await completedClaim(search, subjectOf(search.kube, place, "sandboxclaims"), minReplicas);
    const sandboxes = await sandboxesOf(claim, minReplicas ?? replicasOf(claim), search);
    const clients = sandboxes.map((sandbox) => createClient(sandbox, search));
    // What was claimed a moment ago, the gateway may not know yet.
    const { waitReady, settings, limits } = search;
    if (waitReady) await Promise.all(clients.map((client) => untilRouted(client, settings, limits().signal)));
    return clients;
  });
}

/** The claim as the platform is through with it, with enough sandboxes. */
async function completedClaim(
  search: Search,
  subject: Subject<SandboxClaim>,
  minReplicas: number | undefined,
): Promise<SandboxClaim> {
  let claim = await readClaim(search, subject);
  if (search.waitReady && !isCompleted(claim)) {
    try {
      claim = await waitForClaim(search.kube, subject, search.limits());
    } catch (error) {
      // Fewer than it asked for may be enough.
      if (minReplicas === undefined || !isSandboxError(error, "claim_incomplete")) throw error;
      claim = await readClaim(search, subject);
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
    throw isNotFound(error) && isMissing(error, subject.name) ? claimMissing("use", subject, error) : error;
  }
}
