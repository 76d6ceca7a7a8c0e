import { isConflict, isNotFound, type Pod } from "../../../../src/k8s/mod.ts";
import { check, equal, rejection } from "../../../conformance/check.ts";
import type { KubeCase } from "../case.ts";
import { refused, status } from "../check.ts";

export const deleting: readonly KubeCase[] = [
  {
    name: "delete: an object is gone; again, it is NotFound",
    source: "wire: delete, delete-missing",
    needs: ["create sandboxes", "delete sandboxes", "get sandboxes"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      const name = `${unique}-a`;
      await sandboxes.create(sandbox("a"));
      equal(await sandboxes.delete(name), undefined);
      await refused(sandboxes.get(name), isNotFound, "get");
      await refused(sandboxes.delete(name), isNotFound, "delete");
    },
  },
  {
    name: "delete: only this very object, of this very version",
    source: "wire: delete-precondition-uid, delete-options",
    needs: ["create sandboxes", "delete sandboxes", "get sandboxes", "patch sandboxes"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      const name = `${unique}-a`;
      const { metadata } = await sandboxes.create(sandbox("a"));
      const uid = "00000000-0000-4000-8000-000000000001";
      const error = await refused(sandboxes.delete(name, { preconditions: { uid } }), isConflict, "another uid");
      check(error.message.includes("the UID in the precondition"), error.message);
      const patched = await sandboxes.patch(name, { metadata: { annotations: { a: "b" } } });
      const { resourceVersion } = metadata;
      const old = sandboxes.delete(name, { preconditions: { resourceVersion: resourceVersion! } });
      await refused(old, isConflict, "an old version");
      await sandboxes.delete(name, {
        preconditions: { uid: metadata.uid!, resourceVersion: patched.metadata.resourceVersion! },
      });
      await refused(sandboxes.get(name), isNotFound, "get");
    },
  },
  {
    name: "delete: a dry run leaves it",
    source: "docs: dry run",
    needs: ["create sandboxes", "delete sandboxes", "get sandboxes"],
    async run({ kube, sandbox, unique }) {
      const made = await kube.sandboxes().create(sandbox("a"));
      await kube.sandboxes().delete(`${unique}-a`, { dryRun: true });
      equal(await kube.sandboxes().get(`${unique}-a`), made);
    },
  },
  {
    name: "delete: a finalizer keeps it until it is taken away",
    source: "wire: delete-finalizer, patch-last-finalizer, get-after-finalizer, create-while-deleting",
    needs: ["create sandboxes", "delete sandboxes", "get sandboxes", "patch sandboxes"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      const name = `${unique}-a`;
      const object = sandbox("a");
      await sandboxes.create({ ...object, metadata: { ...object.metadata, finalizers: ["example.com/wait"] } });
      await sandboxes.delete(name);
      const waiting = await sandboxes.get(name);
      check(waiting.metadata.deletionTimestamp, "it has no deletionTimestamp");
      equal(waiting.metadata.finalizers, ["example.com/wait"]);
      const again = await refused(sandboxes.create(sandbox("a")), status(409), "create");
      check(again.message.includes("object is being deleted"), again.message);
      await sandboxes.patch(name, { metadata: { finalizers: null } });
      await refused(sandboxes.get(name), isNotFound, "get");
    },
  },
  {
    name: "delete: what becomes of the objects that it owns",
    source: "wire: delete-foreground, docs: propagation policies",
    needs: ["create sandboxes", "delete sandboxes", "get sandboxes"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      for (const [policy, finalizer] of [["Foreground", "foregroundDeletion"], ["Orphan", "orphan"]] as const) {
        const name = `${unique}-${policy.toLowerCase()}`;
        await sandboxes.create(sandbox(policy.toLowerCase()));
        await sandboxes.delete(name, { propagationPolicy: policy });
        // A garbage collector, where there is one, is through with it soon.
        const left = await sandboxes.get(name).catch((error) => {
          if (isNotFound(error)) return undefined;
          throw error;
        });
        check(left === undefined || left.metadata.finalizers?.includes(finalizer), `${policy}: no ${finalizer}`);
        check(left === undefined || left.metadata.deletionTimestamp, `${policy}: no deletionTimestamp`);
      }
      await sandboxes.create(sandbox("background"));
      await sandboxes.delete(`${unique}-background`, { propagationPolicy: "Background" });
      await refused(sandboxes.get(`${unique}-background`), isNotFound, "Background");
    },
  },
  {
    name: "deleteCollection: what is selected, and nothing in a dry run",
    source: "wire: delete-collection",
    needs: ["create sandboxes", "deletecollection sandboxes", "list sandboxes"],
    async run({ kube, sandbox, unique, selector }) {
      const sandboxes = kube.sandboxes();
      for (const [suffix, keep] of [["a", "no"], ["b", "yes"], ["c", "no"]] as const) {
        const object = sandbox(suffix);
        object.metadata.labels = { ...object.metadata.labels, keep };
        await sandboxes.create(object);
      }
      const names = async () =>
        (await sandboxes.list({ labelSelector: selector })).items.map(({ metadata: { name } }) => name);
      const labelSelector = `${selector},keep=no`;
      await sandboxes.deleteCollection({ labelSelector, dryRun: true });
      equal((await names()).length, 3, "objects after a dry run");
      await sandboxes.deleteCollection({ labelSelector, propagationPolicy: "Background" });
      equal(await names(), [`${unique}-b`]);
      const everywhere = await rejection(kube.sandboxes("").deleteCollection({ labelSelector }));
      check(everywhere instanceof TypeError, `in all namespaces: ${everywhere}`);
    },
  },
  {
    name: "delete: a pod that was never placed goes at once",
    source: "docs: gracePeriodSeconds",
    needs: ["create pods", "delete pods", "get pods"],
    async run({ kube, unique, label }) {
      const pod: Pod = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: unique, labels: label },
        spec: { containers: [{ name: "main", image: "none.invalid/none" }] },
      };
      await kube.pods().create({ ...pod, spec: { ...pod.spec, nodeSelector: label } } as Pod);
      await kube.pods().delete(unique, { gracePeriodSeconds: 0 });
      await refused(kube.pods().get(unique), isNotFound, "get");
    },
  },
];
