import type { KubeClient } from "../client/kube_client.ts";
import type { SandboxClaim } from "../types.ts";
import { checkEnvs, checkLabels } from "./claim_options.ts";
import type { CreateClaimOptions } from "./create_claim.ts";
import { checkReplicas } from "./replicas.ts";
import { AGENTS_VERSION } from "./sandbox_fields.ts";
import { subjectOf } from "./subject.ts";
import { kubeTime } from "./times.ts";

/** The longest name that fits into the label by which the claim's sandboxes are found. */
const MOST_NAME = 63;

/** Claims sandboxes out of a pool. */
export async function makeClaim(kube: KubeClient, options: CreateClaimOptions): Promise<SandboxClaim> {
  const { templateName, name, namespace, replicas = 1, shutdownTime, envs, labels, signal, timeoutMs } = options ?? {};
  const pool = subjectOf(kube, { name: templateName, namespace }, "sandboxsets");
  const claims = kube.sandboxClaims(pool.namespace);
  if (name !== undefined) {
    subjectOf(kube, { name, namespace }, "sandboxclaims");
    if (name.length > MOST_NAME) {
      throw new RangeError(`Cannot use a name of ${name.length} characters for a claim: ${MOST_NAME} is the most`);
    }
  }
  const claim: SandboxClaim = {
    apiVersion: AGENTS_VERSION,
    kind: "SandboxClaim",
    metadata: { ...(name === undefined ? { generateName: `${pool.name}-` } : { name }), namespace: pool.namespace },
    spec: {
      templateName: pool.name,
      replicas: checkReplicas(replicas, 1),
      ...(shutdownTime === undefined ? {} : { shutdownTime: kubeTime("shutdownTime", shutdownTime) }),
      ...(envs === undefined ? {} : { envVars: checkEnvs(envs) }),
      ...(labels === undefined ? {} : { labels: checkLabels(labels) }),
    },
  };
  return await claims.create(claim, { signal, timeoutMs });
}
