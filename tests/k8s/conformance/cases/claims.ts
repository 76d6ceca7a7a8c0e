import {
  createClaim,
  fromClaim,
  isNotFound,
  releaseClaim,
  type SandboxClaim,
  waitForClaim,
} from "../../../../src/k8s/mod.ts";
import { check, equal } from "../../../conformance/check.ts";
import type { KubeCase, KubeKit } from "../case.ts";
import { fails, refused } from "../check.ts";
import { condition, RUNNING } from "../controller.ts";

const CLAIMED = [
  "create sandboxclaims",
  "get sandboxclaims",
  "watch sandboxclaims",
  "patch sandboxclaims/status",
] as const;

/** What the platform does with a claim. */
async function complete({ kube }: KubeKit, name: string, claimed: number, reason: string): Promise<SandboxClaim> {
  const status = {
    phase: "Completed",
    claimedReplicas: claimed,
    message: `claimed ${claimed}`,
    conditions: [condition("Completed", "True", reason)],
  };
  return await kube.sandboxClaims().patch(name, { status }, { subresource: "status" });
}

/** A sandbox that was delivered to a claim. */
async function delivered({ kube, sandbox }: KubeKit, { metadata }: SandboxClaim, suffix: string): Promise<void> {
  const object = sandbox(suffix);
  const labels = { ...object.metadata.labels, "agents.kruise.io/claim-name": metadata.name! };
  const annotations = { "agents.kruise.io/owner": metadata.uid! };
  await kube.sandboxes().create({ ...object, metadata: { ...object.metadata, labels, annotations } });
  await kube.sandboxes().patch(object.metadata.name!, { status: RUNNING }, { subresource: "status" });
}

async function made(kit: KubeKit, replicas: number): Promise<SandboxClaim> {
  kit.own(kit.kube.sandboxClaims(), kit.unique);
  return await createClaim(kit.kube, { templateName: "pool", name: kit.unique, replicas, envs: { A: "1" } });
}

export const claims: readonly KubeCase[] = [
  {
    name: "createClaim, waitForClaim, fromClaim, releaseClaim: a claim that gets all it wants",
    source: "wire: claim-create",
    needs: [
      ...CLAIMED,
      "create sandboxes",
      "patch sandboxes/status",
      "list sandboxes",
      "get sandboxes",
      "delete sandboxes",
      "delete sandboxclaims",
    ],
    async run(kit) {
      const { kube, unique, selector } = kit;
      const claim = await made(kit, 2);
      equal([claim.spec.templateName, claim.spec.replicas, claim.spec.envVars], ["pool", 2, { A: "1" }]);
      const waiting = waitForClaim(kube, { name: unique }, { timeoutMs: 30_000 });
      waiting.catch(() => {});
      await delivered(kit, claim, "a");
      await delivered(kit, claim, "b");
      await complete(kit, unique, 2, "AllReplicasClaimed");
      equal((await waiting).status?.claimedReplicas, 2);
      const clients = await fromClaim(kube.namespace, unique, { kube, domain: "sandboxes.test" });
      equal(clients.map(({ sandboxId }) => sandboxId), ["a", "b"].map((one) => `${kube.namespace}--${unique}-${one}`));
      await releaseClaim(kube, { name: unique });
      await refused(kube.sandboxClaims().get(unique), isNotFound, "the claim");
      equal((await kube.sandboxes().list({ labelSelector: selector })).items.length, 0, "sandboxes");
      await refused(releaseClaim(kube, { name: unique }), isNotFound, "released twice");
    },
  },
  {
    name: "waitForClaim: Completed is not success",
    source: "docs: conditions of a SandboxClaim",
    needs: CLAIMED,
    async run(kit) {
      const { kube, unique } = kit;
      await made(kit, 2);
      await complete(kit, unique, 1, "TimeoutReached");
      const error = await fails(waitForClaim(kube, { name: unique }), "claim_incomplete");
      check(error.message.includes("1 of 2 sandboxes") && error.message.includes("TimeoutReached"), error.message);
      check(error.hint?.includes("scaleSandboxSet"), `hint: ${error.hint}`);
      await refused(waitForClaim(kube, { name: `${unique}-none` }), isNotFound, "another claim");
    },
  },
];
