import { isNotFound } from "../../../../src/k8s/mod.ts";
import { check, equal } from "../../../conformance/check.ts";
import type { KubeCase } from "../case.ts";
import { finalized } from "../finalized.ts";

export const cluster: readonly KubeCase[] = [
  {
    name: "the version of the server, by a request of one's own",
    source: "wire: version",
    needs: [],
    async run({ kube }) {
      const { gitVersion } = await (await kube.request("/version")).json();
      check(/^v1\.\d+/.test(gitVersion), gitVersion);
    },
  },
  {
    name: "the resources of the group",
    source: "wire: discovery-group-version",
    needs: [],
    async run({ kube }) {
      const { kind, resources } = await (await kube.request("/apis/agents.kruise.io/v1alpha1")).json();
      equal(kind, "APIResourceList");
      const names = resources.map(({ name }: { name: string }) => name);
      for (const name of ["sandboxes", "sandboxes/status", "sandboxclaims", "sandboxsets", "sandboxsets/scale"]) {
        check(names.includes(name), `no ${name}`);
      }
    },
  },
  {
    name: "a namespace: made, read, deleted",
    source: "docs: namespaces",
    needs: ["create namespaces everywhere", "get namespaces everywhere", "delete namespaces everywhere"],
    async run({ kube, unique, label }) {
      const namespaces = kube.namespaces();
      const made = await namespaces.create({
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: unique, labels: label },
      });
      try {
        equal((await namespaces.get(unique)).metadata.uid, made.metadata.uid);
        await namespaces.delete(unique, { preconditions: { uid: made.metadata.uid! } });
        const left = await namespaces.get(unique).catch((error) => {
          if (isNotFound(error)) return undefined;
          throw error;
        });
        check(left === undefined || left.status?.phase === "Terminating", `it is ${left?.status?.phase}`);
      } finally {
        await finalized(kube, unique);
      }
    },
  },
  {
    name: "events: made and found by what they are about",
    source: "docs: events",
    needs: ["create sandboxes", "create events", "list events", "delete events"],
    async run({ kube, sandbox, unique, own }) {
      const made = await kube.sandboxes().create(sandbox("a"));
      const { name = "", namespace = "", uid = "" } = made.metadata;
      own(kube.events(), unique);
      await kube.events().create({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: unique },
        involvedObject: { kind: "Sandbox", namespace, name, uid },
        reason: "StartContainerFailed",
        message: "the image cannot be pulled",
        type: "Warning",
      });
      const fieldSelector = `involvedObject.uid=${uid},involvedObject.name=${name}`;
      const { items } = await kube.events().list({ fieldSelector });
      equal(items.map(({ reason, message }) => `${reason}: ${message}`), [
        "StartContainerFailed: the image cannot be pulled",
      ]);
    },
  },
];
