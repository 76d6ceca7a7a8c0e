import { isAlreadyExists, isConflict, isInvalid, isNotFound, type Sandbox } from "../../../../src/k8s/mod.ts";
import { check, equal } from "../../../conformance/check.ts";
import type { KubeCase } from "../case.ts";
import { refused, status } from "../check.ts";

/** Who owns fields of an object. */
function managers({ metadata }: Sandbox): string[] {
  const { managedFields = [] } = metadata as { managedFields?: readonly { manager: string; operation: string }[] };
  return managedFields.map(({ manager, operation }) => `${manager} ${operation}`).toSorted();
}

export const writing: readonly KubeCase[] = [
  {
    name: "create: a name of the server's, and the fields are this package's",
    source: "wire: create-generate-name",
    needs: ["create sandboxes"],
    async run({ kube, sandbox, unique, label }) {
      const object = { ...sandbox("x"), metadata: { generateName: `${unique}-`, labels: label } };
      const made = await kube.sandboxes().create(object);
      check(/^conformance-[0-9a-f]{8}-[a-z0-9]{5}$/.test(made.metadata.name!), made.metadata.name!);
      equal(managers(made), ["kruise-agents-runtime Update"]);
      const other = await kube.sandboxes().create(object, { fieldManager: "other" });
      equal(managers(other), ["other Update"]);
    },
  },
  {
    name: "create: a name that is taken, and a dry run, which stores nothing",
    source: "wire: create-already-exists, create-dry-run",
    needs: ["create sandboxes", "get sandboxes"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      const dry = await sandboxes.create(sandbox("a"), { dryRun: true });
      equal(dry.metadata.name, `${unique}-a`);
      await refused(sandboxes.get(`${unique}-a`), isNotFound, "after a dry run");
      await sandboxes.create(sandbox("a"));
      const error = await refused(sandboxes.create(sandbox("a")), isAlreadyExists, "create");
      equal([error.status, error.hint], [409, undefined]);
      check(!isConflict(error), "it is no conflict");
    },
  },
  {
    name: "create: what is not valid is refused with the fields",
    source: "wire: create-invalid",
    needs: ["create sandboxes"],
    async run({ kube, sandbox }) {
      const error = await refused(kube.sandboxes().create(sandbox("a", { paused: "yes" })), isInvalid, "create");
      const { causes } = error.kubeStatus.details as { causes: readonly { field: string }[] };
      equal([error.status, causes.map(({ field }) => field)], [422, ["spec.paused"]]);
    },
  },
  {
    name: "create: a namespace that is not there",
    source: "wire: create-missing-namespace",
    needs: ["create sandboxes everywhere"],
    async run({ kube, sandbox, unique }) {
      const error = await refused(kube.sandboxes(unique).create(sandbox("a")), isNotFound, "create");
      check(error.message.includes(`namespaces "${unique}" not found`), error.message);
    },
  },
  {
    name: "update: what was changed in the meantime is a Conflict, without a version it is Invalid",
    source: "wire: update-conflict, update-no-version",
    needs: ["create sandboxes", "update sandboxes"],
    async run({ kube, sandbox }) {
      const sandboxes = kube.sandboxes();
      const first = await sandboxes.create(sandbox("a", { paused: false }));
      const second = await sandboxes.update({ ...first, spec: { paused: true } });
      equal([second.spec["paused"], second.metadata.generation], [true, 2]);
      const error = await refused(sandboxes.update({ ...first, spec: {} }), isConflict, "update");
      equal([error.status, error.hint], [409, "Read the object again, and repeat the change on what is there now"]);
      await refused(sandboxes.update(sandbox("a")), isInvalid, "no version");
      const dry = await sandboxes.update({ ...second, spec: { paused: false } }, { dryRun: true });
      equal(dry.metadata.resourceVersion, second.metadata.resourceVersion, "version after a dry run");
    },
  },
  {
    name: "update: what is missing is NotFound, and another identity a Conflict",
    source: "wire: update-missing, update-uid-changed",
    needs: ["create sandboxes", "update sandboxes"],
    async run({ kube, sandbox }) {
      const sandboxes = kube.sandboxes();
      const made = await sandboxes.create(sandbox("a"));
      const { resourceVersion } = made.metadata;
      const other = sandbox("b");
      await refused(
        sandboxes.update({ ...other, metadata: { ...other.metadata, resourceVersion: resourceVersion! } }),
        isNotFound,
        "update",
      );
      const uid = "00000000-0000-4000-8000-000000000001";
      await refused(sandboxes.update({ ...made, metadata: { ...made.metadata, uid } }), isConflict, "another uid");
    },
  },
  {
    name: "updateStatus: the status alone, which update and create leave as it is",
    source: "wire: status-patch, status-ignored-on-main",
    needs: ["create sandboxes", "update sandboxes", "update sandboxes/status"],
    async run({ kube, sandbox }) {
      const sandboxes = kube.sandboxes();
      const made = await sandboxes.create({ ...sandbox("a", { paused: false }), status: { phase: "Failed" } });
      equal(made.status, undefined, "status of a new object");
      const set = await sandboxes.updateStatus({ ...made, spec: { paused: true }, status: { phase: "Running" } });
      equal([set.spec["paused"], set.status?.["phase"], set.metadata.generation], [false, "Running", 1]);
      const kept = await sandboxes.update({ ...set, spec: { paused: true }, status: { phase: "Failed" } });
      equal([kept.spec["paused"], kept.status?.["phase"], kept.metadata.generation], [true, "Running", 2]);
      await refused(sandboxes.updateStatus(made), isConflict, "an old version");
    },
  },
  {
    name: "patch: merged, with null to remove, lists replaced, and a version that must fit",
    source: "wire: patch-merge, patch-merge-null, patch-merge-conflict, patch-merge-invalid, patch-missing",
    needs: ["create sandboxes", "patch sandboxes"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      const name = `${unique}-a`;
      const persistentContents = ["ip", "memory"];
      const made = await sandboxes.create(sandbox("a", { paused: true, persistentContents }));
      const annotations = { a: "1", "example.com/b": "2" };
      const one = await sandboxes.patch(name, {
        metadata: { annotations },
        spec: { persistentContents: ["filesystem"] },
      });
      equal([one.metadata.annotations, one.spec], [annotations, { paused: true, persistentContents: ["filesystem"] }]);
      const two = await sandboxes.patch(name, { metadata: { annotations: { a: null } }, spec: { paused: null } });
      equal([two.metadata.annotations, two.spec], [{ "example.com/b": "2" }, { persistentContents: ["filesystem"] }]);
      const { resourceVersion } = made.metadata;
      await refused(sandboxes.patch(name, { metadata: { resourceVersion }, spec: {} }), isConflict, "an old version");
      await refused(sandboxes.patch(name, { spec: { paused: "no" } }), isInvalid, "not valid");
      await refused(sandboxes.patch(unique, { spec: {} }), isNotFound, "missing");
      const dry = await sandboxes.patch(name, { spec: { paused: true } }, { dryRun: true });
      equal([dry.spec["paused"], dry.metadata.resourceVersion], [true, two.metadata.resourceVersion]);
    },
  },
  {
    name: "patch: operations in JSON, and a test that fails",
    source: "wire: patch-json, patch-json-test-fails",
    needs: ["create sandboxes", "patch sandboxes"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      const name = `${unique}-a`;
      await sandboxes.create(sandbox("a", { paused: true }));
      const good = [
        { op: "test", path: "/spec/paused", value: true },
        { op: "replace", path: "/spec/paused", value: false },
        { op: "add", path: "/metadata/annotations", value: { "example.com/b": "1" } },
      ];
      const one = await sandboxes.patch(name, good, { type: "json" });
      equal([one.spec, one.metadata.annotations], [{ paused: false }, { "example.com/b": "1" }]);
      const two = await sandboxes.patch(name, [{ op: "remove", path: "/metadata/annotations/example.com~1b" }], {
        type: "json",
      });
      equal(two.metadata.annotations, undefined);
      const bad = sandboxes.patch(name, good.slice(0, 1), { type: "json" });
      equal((await refused(bad, status(422), "a failed test")).reason, "Invalid");
    },
  },
  {
    name: "patch: a custom resource takes no strategic patch",
    source: "wire: patch-strategic",
    needs: ["create sandboxes", "patch sandboxes"],
    async run({ kube, sandbox, unique }) {
      await kube.sandboxes().create(sandbox("a"));
      const patch = kube.sandboxes().patch(`${unique}-a`, { spec: {} }, { type: "strategic" });
      const error = await refused(patch, status(415), "a strategic patch");
      equal([error.reason, error.retryable], ["UnsupportedMediaType", false]);
      equal(error.hint, "Custom resources take no strategic merge patch: use merge, json or apply");
    },
  },
  {
    name: "patch: a strategic patch of a built-in kind merges lists by their keys",
    source: "docs: strategic merge patch",
    needs: ["create pods", "patch pods"],
    notOnFake: "the fake API answers 415 to every strategic patch, as it says",
    async run({ kube, unique, label }) {
      const spec = {
        containers: [{ name: "one", image: "none.invalid/1" }, { name: "two", image: "none.invalid/2" }],
        nodeSelector: label,
      };
      await kube.pods().create({ apiVersion: "v1", kind: "Pod", metadata: { name: unique, labels: label }, spec });
      const patch = { spec: { containers: [{ name: "two", image: "none.invalid/3" }] } };
      const patched = await kube.pods().patch(unique, patch, { type: "strategic" });
      equal(patched.spec.containers.map(({ image }) => image), ["none.invalid/1", "none.invalid/3"]);
    },
  },
  {
    name: "patch: the status, by its own right",
    source: "wire: status-patch, status-invalid",
    needs: ["create sandboxes", "patch sandboxes/status"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      await sandboxes.create(sandbox("a", { paused: true }));
      const options = { subresource: "status" };
      const status = { phase: "Running", message: "here" };
      const patched = await sandboxes.patch(`${unique}-a`, { spec: { paused: false }, status }, options);
      equal([patched.spec, patched.status], [{ paused: true }, status]);
      await refused(sandboxes.patch(`${unique}-a`, { status: { phase: 1 } }, options), isInvalid, "not valid");
    },
  },
  {
    name: "apply: made, changed, taken away, in conflict, forced",
    source: "wire: apply-create, apply-again, apply-conflict, apply-force",
    needs: ["create sandboxes", "patch sandboxes", "get sandboxes"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      const alpha = { fieldManager: "alpha" };
      const made = await sandboxes.apply(sandbox("a", { paused: true, persistentContents: ["ip"] }), alpha);
      equal([made.metadata.generation, managers(made)], [1, ["alpha Apply"]]);
      const less = await sandboxes.apply(sandbox("a", { paused: true }), alpha);
      equal(less.spec, { paused: true });
      const error = await refused(
        sandboxes.apply(sandbox("a", { paused: false }), { fieldManager: "beta" }),
        isConflict,
        "a field of another",
      );
      check(error.message.includes('conflict with "alpha"'), error.message);
      check(error.hint?.includes("force"), `hint: ${error.hint}`);
      const { causes } = error.kubeStatus.details as { causes: readonly { reason: string; field: string }[] };
      equal(causes.map(({ reason, field }) => [reason, field]), [["FieldManagerConflict", ".spec.paused"]]);
      const forced = await sandboxes.apply(sandbox("a", { paused: false }), { fieldManager: "beta", force: true });
      equal([forced.spec, managers(forced)], [{ paused: false }, ["alpha Apply", "beta Apply"]]);
      const dry = await sandboxes.apply(sandbox("a", { paused: true }), {
        fieldManager: "beta",
        force: true,
        dryRun: true,
      });
      equal(dry.spec, { paused: true });
      const { resourceVersion } = (await sandboxes.get(`${unique}-a`)).metadata;
      equal(resourceVersion, forced.metadata.resourceVersion, "version after a dry run");
    },
  },
  {
    name: "apply: the status, which has owners of its own",
    source: "docs: server-side apply of a subresource",
    needs: ["create sandboxes", "patch sandboxes", "patch sandboxes/status"],
    async run({ kube, sandbox }) {
      const sandboxes = kube.sandboxes();
      await sandboxes.apply(sandbox("a"), { fieldManager: "alpha" });
      const object = { ...sandbox("a"), status: { phase: "Running" } };
      const applied = await sandboxes.apply(object, { fieldManager: "controller", subresource: "status" });
      equal(applied.status?.["phase"], "Running");
      check(managers(applied).includes("controller Apply"), managers(applied).join());
    },
  },
  {
    name: "a claim: defaults of the server's, and what cannot be changed later",
    source: "wire: claim-create, claim-immutable",
    needs: ["create sandboxclaims", "patch sandboxclaims"],
    async run({ kube, unique, label }) {
      const claim = await kube.sandboxClaims().create({
        apiVersion: "agents.kruise.io/v1alpha1",
        kind: "SandboxClaim",
        metadata: { name: unique, labels: label },
        spec: { templateName: "pool" },
      });
      equal([claim.spec.replicas, claim.spec.claimTimeout], [1, "1m"]);
      const error = await refused(kube.sandboxClaims().patch(unique, { spec: { replicas: 2 } }), isInvalid, "replicas");
      check(error.message.includes("replicas is immutable"), error.message);
    },
  },
  {
    name: "a pool: its scale is a part with a right of its own",
    source: "docs: scale subresource",
    needs: ["create sandboxsets", "get sandboxsets/scale", "patch sandboxsets/scale"],
    async run({ kube, unique, label }) {
      const made = await kube.sandboxSets().create({
        apiVersion: "agents.kruise.io/v1alpha1",
        kind: "SandboxSet",
        metadata: { name: unique, labels: label },
        spec: { replicas: 0 },
      });
      const path = `/apis/agents.kruise.io/v1alpha1/namespaces/${kube.namespace}/sandboxsets/${unique}/scale`;
      const scale = await (await kube.request(path)).json();
      equal([scale.kind, scale.spec, scale.metadata.uid], ["Scale", {}, made.metadata.uid]);
      const patched = await kube.sandboxSets().patch(unique, { spec: { replicas: 3 } }, { subresource: "scale" });
      equal([patched.kind, patched.spec.replicas], ["Scale", 3]);
    },
  },
];
