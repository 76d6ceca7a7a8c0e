/** The roles of docs/kubernetes_rights.md: each is enough for its calls, and none of its verbs is one too many. */

import { assert, assertEquals } from "@std/assert";
import { parseAllDocuments } from "yaml";
import type { RuntimeClientOptions } from "../../../mod.ts";
import {
  createClaim,
  createSandbox,
  deleteSandbox,
  fromClaim,
  fromK8s,
  fromSandboxId,
  isForbidden,
  KubeClient,
  type KubeObject,
  pauseSandbox,
  releaseClaim,
  resumeSandbox,
  scaleSandboxSet,
  setSandboxTimeout,
  waitForClaim,
  waitForSandbox,
} from "../../../src/k8s/mod.ts";
import { type FakeKube, type FakeKubeRule, startFakeKube } from "../../../src/testing/mod.ts";
import { failure } from "./tools.ts";

const API = "agents.kruise.io/v1alpha1";
const lastTransitionTime = "2026-08-22T09:58:31Z";
const CLAIM_UID = "3c1e9a44-2f7e-4f6f-8a3b-7d5d6b1f2c33";
const TARGET = { namespace: "default", name: "my-sandbox" };

/** A role as the document has it. */
interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules: readonly { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }[];
}

async function readRoles(): Promise<ReadonlyMap<string, Role>> {
  const text = await Deno.readTextFile(new URL("../../../docs/kubernetes_rights.md", import.meta.url));
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block!);
  const objects = blocks.flatMap((block) =>
    [...parseAllDocuments(block)].map((document) => {
      assertEquals(document.errors, []);
      return document.toJS() as Role;
    })
  );
  return new Map(objects.filter(({ kind }) => kind.endsWith("Role")).map((role) => [role.metadata.name, role]));
}

function rulesOf({ kind, metadata, rules }: Role): FakeKubeRule[] {
  return rules.map((rule) => ({ ...rule, ...(kind === "Role" && { namespaces: [metadata.namespace!] }) }));
}

const PENDING = { phase: "Pending", message: "waits for a node" };
const RUNNING = {
  phase: "Running",
  conditions: [{ type: "Ready", status: "True", reason: "PodReady", message: "", lastTransitionTime }],
};

function sandbox(name: string, status: object, labels: Record<string, string> = {}) {
  const annotations = { "agents.kruise.io/owner": CLAIM_UID };
  return { apiVersion: API, kind: "Sandbox", metadata: { name, labels, annotations }, spec: {}, status };
}

/** What is there at the beginning of each row. */
function objects() {
  const claimed = { "agents.kruise.io/claim-name": "job" };
  return [
    sandbox("my-sandbox", RUNNING, { "agents.kruise.io/sandbox-id": "k7m2qz4x3p5ab" }),
    sandbox("my-pending", PENDING),
    sandbox("claimed", PENDING, claimed),
    { apiVersion: API, kind: "SandboxSet", metadata: { name: "pool" }, spec: { replicas: 1 } },
    {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "one" },
      involvedObject: { kind: "Sandbox", namespace: "default", name: "my-pending" },
      reason: "FailedScheduling",
      message: "no nodes",
      type: "Warning",
    },
  ];
}

/** One row's world: who has the rights, and the platform, which has all. */
interface Stage {
  readonly kube: KubeClient;
  readonly api: FakeKube;
}

// A runtime that refuses each token: the object is then read again.
const refusing: RuntimeClientOptions["fetch"] = () => Promise.resolve(new Response("{}", { status: 401 }));
const REACHED = { domain: "127.0.0.1:7788", fetch: refusing } as const;

/** Waits until a request is there; then does what the platform would. */
async function when({ api }: Stage, verb: string, name: string, act: () => void): Promise<void> {
  const isIt = (
    { verb: done, path, query }: { verb?: string; path: string; query: Readonly<Record<string, string>> },
  ) => done === verb && (query["fieldSelector"] === `metadata.name=${name}` || path.endsWith(`/${name}`));
  for (let tries = 0; !api.requests.some(isIt); tries++) {
    if (api.requests.some(({ status }) => status === 403)) return; // The row is over.
    await new Promise((resolve) => setTimeout(resolve));
  }
  act();
}

async function becomesRunning(stage: Stage, name: string): Promise<void> {
  const { api } = stage;
  const there = api.get({ apiVersion: API, kind: "Sandbox", metadata: { name } })!;
  const changed = when(stage, "watch", name, () => api.write({ ...there, status: RUNNING } as KubeObject));
  await Promise.all([changed, waitForSandbox(stage.kube, { name })]);
}

async function usesToken(found: Awaited<ReturnType<typeof fromK8s>>): Promise<void> {
  const error = await failure(() => found.commands.list());
  if (isForbidden(error.cause)) throw error.cause;
  assertEquals((error as { code?: string }).code, "unauthenticated");
}

const CALLS: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  "sandbox-use": async ({ kube }) => await usesToken(await fromK8s("default", "my-sandbox", { kube, ...REACHED })),
  "sandbox-wait": (stage) => becomesRunning(stage, "my-pending"),
  "sandbox-my-sandbox": async (stage) => {
    const { api } = stage;
    const there = api.get({ apiVersion: API, kind: "Sandbox", metadata: { name: "my-sandbox" } })!;
    api.write({ ...there, status: PENDING } as KubeObject);
    await becomesRunning(stage, "my-sandbox");
  },
  "sandbox-reasons": async ({ kube, api }) => {
    const there = api.get({ apiVersion: API, kind: "Sandbox", metadata: { name: "my-pending" } })!;
    api.write({ ...there, status: { phase: "Failed", message: "Pod Not Found" } } as KubeObject);
    const error = await failure(() => waitForSandbox(kube, { name: "my-pending" }));
    if (!error.message.includes("FailedScheduling")) throw error;
  },
  "sandbox-find": async ({ kube }) => await usesToken(await fromSandboxId("k7m2qz4x3p5ab", { kube, ...REACHED })),
  "sandbox-pause": async ({ kube }) => {
    await pauseSandbox(kube, TARGET);
    await resumeSandbox(kube, TARGET);
    await setSandboxTimeout(kube, TARGET, { shutdownTime: null });
  },
  "sandbox-create": async ({ kube }) => {
    await createSandbox(kube, { apiVersion: API, kind: "Sandbox", metadata: { name: "new" }, spec: {} });
    await deleteSandbox(kube, { name: "new" });
  },
  "sandbox-claim": async (stage) => {
    const { kube, api } = stage;
    const claim = await createClaim(kube, { name: "job", templateName: "pool" });
    const status = { phase: "Completed", claimedReplicas: 1 };
    const complete = () => {
      api.write({ ...claim, metadata: { ...claim.metadata, uid: CLAIM_UID }, status });
    };
    await Promise.all([when(stage, "watch", "job", complete), waitForClaim(kube, { name: "job" })]);
    const { uid } = api.get(claim)!.metadata;
    const there = api.get({ apiVersion: API, kind: "Sandbox", metadata: { name: "claimed" } })!;
    const annotations = { "agents.kruise.io/owner": uid! };
    const own = api.write({ ...there, metadata: { ...there.metadata, annotations } });
    const running = when(stage, "watch", "claimed", () => api.write({ ...own, status: RUNNING } as KubeObject));
    const options = { kube, ...REACHED, waitReady: true };
    const [[found]] = await Promise.all([fromClaim("default", "job", options), running]);
    await usesToken(found!);
  },
  "sandbox-release": async ({ kube, api }) => {
    const claim = { apiVersion: API, kind: "SandboxClaim", metadata: { name: "job" }, spec: { templateName: "pool" } };
    const { uid } = api.write({ ...claim, status: { phase: "Completed", claimedReplicas: 1 } }).metadata;
    const there = api.get({ apiVersion: API, kind: "Sandbox", metadata: { name: "claimed" } })!;
    const annotations = { "agents.kruise.io/owner": uid! };
    const own = api.write({ ...there, metadata: { ...there.metadata, annotations } });
    // Its controller writes to it just before it is deleted.
    api.next({
      when: ({ method, path }) => {
        const isIt = method === "DELETE" && path.endsWith("/claimed");
        if (isIt) api.write({ ...own, status: RUNNING } as KubeObject);
        return isIt;
      },
      delayMs: 0,
    });
    await releaseClaim(kube, { name: "job" });
    assertEquals(api.get(there), undefined);
  },
  "sandbox-scale": async ({ kube }) => {
    assertEquals((await scaleSandboxSet(kube, { name: "pool" }, 3)).spec.replicas, 3);
  },
};

async function withRules(rules: FakeKubeRule[], run: (stage: Stage) => Promise<void>): Promise<void> {
  await using api = await startFakeKube({
    objects: objects(),
    users: [{ name: "admin" }, { name: "my-agent", rules }],
  });
  await using kube = await KubeClient.fromConfig(api.configOf("my-agent"), { fetch: api.fetch });
  await run({ kube, api });
}

/** The role that another one is on top of. */
const BELOW: Readonly<Record<string, string>> = { "sandbox-reasons": "sandbox-wait" };

Deno.test("the document has a role for each row, and no more", async () => {
  const roles = await readRoles();
  assertEquals([...roles.keys()].sort(), Object.keys(CALLS).sort());
});

for (const [name, run] of Object.entries(CALLS)) {
  Deno.test(`${name}: enough, and not one verb too many`, async () => {
    const roles = await readRoles();
    const role = roles.get(name)!;
    const below = rulesOf(roles.get(BELOW[name] ?? "") ?? { ...role, rules: [] });
    await withRules([...below, ...rulesOf(role)], run);

    const all = rulesOf(role);
    for (const [index, { verbs = [], resources = [], apiGroups = [], namespaces }] of all.entries()) {
      for (const verb of verbs) {
        const less = { ...all[index], verbs: verbs.filter((other) => other !== verb) };
        await withRules([...below, ...all.with(index, less)], async (stage) => {
          const error = await failure(() => run(stage));
          const { hint = "" } = error as { hint?: string };
          const resource = [resources[0], ...apiGroups].filter(Boolean).join(".");
          const isEverywhere = namespaces === undefined && verb === "list";
          const where = isEverywhere ? "" : ' in the namespace "default"';
          const grant = `Grant the verb "${verb}" on ${resource}${where} to "my-agent"`;
          assert(hint.includes(grant), `without ${verb}: ${error.message}\n${hint}\n${grant}`);
          assertEquals(isForbidden(error), name !== "sandbox-reasons", error.message);
        });
      }
    }
  });
}

Deno.test("sandbox-my-sandbox: no other one", async () => {
  const role = (await readRoles()).get("sandbox-my-sandbox")!;
  await withRules(rulesOf(role), async ({ kube }) => {
    assert(isForbidden(await failure(() => fromK8s("default", "my-pending", { kube, ...REACHED }))));
    assert(isForbidden(await failure(() => kube.sandboxes().list())));
  });
});
