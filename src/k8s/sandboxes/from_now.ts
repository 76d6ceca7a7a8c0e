/** What finds sandboxes, loaded when it is asked for: whoever bundles the entry gets it as a part apart. */

import type { RuntimeClient } from "../../../mod.ts";
import { checkCount } from "../../errors/checks.ts";
import { checkName, checkNamespace } from "../client/names.ts";
import type { SandboxClaim } from "../types.ts";
import { replicasOf } from "./claim_errors.ts";
import { sandboxesOf } from "./claimed_sandboxes.ts";
import { clientOf, createClient } from "./client_of.ts";
import { completedClaim } from "./completed_claim.ts";
import { findById, idSearch } from "./find_by_id.ts";
import { findByName } from "./find_by_name.ts";
import type { FromClaimOptions } from "./from_claim.ts";
import type { FromK8sOptions } from "./from_options.ts";
import { CLAIMS, SANDBOXES } from "./sandbox_keys.ts";
import { search } from "./search.ts";
import { subjectOf } from "./subject.ts";
import { untilRouted } from "./until_routed.ts";

/** The client of a sandbox, by the name of its object. */
export async function byName(namespace: string, name: string, options: FromK8sOptions): Promise<RuntimeClient> {
  const place = { namespace: checkNamespace(namespace), name: checkName(name, SANDBOXES) };
  return await search(options, async (search) => await clientOf(await findByName(search, place), search));
}

/** The client of a sandbox, by its id. */
export async function byId(sandboxId: string, options: FromK8sOptions): Promise<RuntimeClient> {
  const wanted = idSearch(sandboxId);
  return await search(options, async (search) => await clientOf(await findById(search, wanted), search));
}

/** The clients of the sandboxes of a claim. */
export async function byClaim(namespace: string, name: string, options: FromClaimOptions): Promise<RuntimeClient[]> {
  const place = { namespace: checkNamespace(namespace), name: checkName(name, CLAIMS) };
  const { minReplicas, ...rest } = options;
  if (minReplicas !== undefined) checkCount("minReplicas", minReplicas);
  return await search(rest, async (search) => {
    const subject = subjectOf<SandboxClaim>(search.kube, place, "sandboxclaims");
    const claim = await completedClaim(search, subject, minReplicas);
    const sandboxes = await sandboxesOf(claim, minReplicas ?? replicasOf(claim), search);
    const clients = sandboxes.map((sandbox) => createClient(sandbox, search));
    // What was claimed a moment ago, the gateway may not know yet.
    if (search.waitReady) await Promise.all(clients.map((client) => untilRouted(client, search)));
    return clients;
  });
}
