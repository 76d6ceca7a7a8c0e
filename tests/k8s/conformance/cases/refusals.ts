import { inspect } from "node:util";
import { isSandboxError } from "../../../../mod.ts";
import {
  isForbidden,
  isGone,
  isInvalid,
  isNotFound,
  isUnauthorized,
  type ObjectMeta,
  type Sandbox,
} from "../../../../src/k8s/mod.ts";
import { check, equal, rejection } from "../../../conformance/check.ts";
import type { KubeCase } from "../case.ts";
import { refused, status, within } from "../check.ts";
import { finalized } from "../finalized.ts";

const WRONG = "a-token-that-nobody-has";

export const refusals: readonly KubeCase[] = [
  {
    name: "a wrong token is Unauthorized, and is in no error",
    source: "wire: unauthorized",
    needs: [],
    async run({ as, sandbox }) {
      const nobody = as([["Authorization", `Bearer ${WRONG}`]]);
      const calls = [
        () => nobody.sandboxes().get("a"),
        () => nobody.sandboxes().list(),
        () => nobody.sandboxes().create(sandbox("a")),
      ];
      for (const call of calls) {
        const error = await refused(call(), isUnauthorized, "the token");
        equal([error.status, error.reason, error.retryable], [401, "Unauthorized", false]);
        check(error.hint?.startsWith("The credentials were refused"), `hint: ${error.hint}`);
        check(!inspect(error, { depth: 10 }).includes(WRONG), "the token is in the error");
      }
      const events = nobody.sandboxes().watch({ resourceVersion: "1" })[Symbol.asyncIterator]();
      await refused(within(events.next(), "a refusal"), isUnauthorized, "watch");
    },
  },
  {
    name: "a right that is missing is Forbidden, and named with verb, resource and namespace",
    source: "wire: forbidden-list, forbidden-watch, forbidden-get, forbidden-all-namespaces",
    needs: ["impersonate users"],
    async run({ with: with_, sandbox, kube }) {
      const jane = with_([["Impersonate-User", "jane"]]);
      await jane.request("/version");
      const one = sandbox("a");
      const name = one.metadata.name!;
      const here = `in the namespace "${kube.namespace}" to "jane", by a Role and a RoleBinding`;
      const rows: readonly (readonly [string, string, () => Promise<unknown>])[] = [
        ["get", here, () => jane.sandboxes().get(name)],
        ["list", here, () => jane.sandboxes().list()],
        ["create", here, () => jane.sandboxes().create(one)],
        ["delete", here, () => jane.sandboxes().delete(name)],
        ["patch", here, () => jane.sandboxes().patch(name, {})],
        ["list", 'to "jane", by a ClusterRole and a ClusterRoleBinding', () => jane.sandboxes("").list()],
        ["watch", here, () => firstOf(jane.sandboxes().watch({ resourceVersion: "1" }))],
      ];
      for (const [verb, where, call] of rows) {
        const error = await refused(call(), isForbidden, verb);
        equal([error.status, error.retryable], [403, false]);
        equal(error.hint, `Grant the verb "${verb}" on sandboxes.agents.kruise.io ${where}`);
      }
      const pods = await refused(jane.pods().list(), isForbidden, "pods");
      equal(pods.hint, `Grant the verb "list" on pods ${here}`);
    },
  },
  {
    name: "groups on several lines reach the server as several groups",
    source: "wire: impersonate, impersonate-merged",
    needs: ["impersonate users", "impersonate groups"],
    async run({ with: with_ }) {
      const kube = with_([["Impersonate-User", "jane"], ["Impersonate-Group", "one"], ["Impersonate-Group", "two"]]);
      const { status: said } = await (await kube.request("/apis/authentication.k8s.io/v1/selfsubjectreviews", {
        method: "POST",
        body: { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" },
      })).json();
      equal([said.userInfo.username, said.userInfo.groups], ["jane", ["one", "two", "system:authenticated"]]);
    },
  },
  {
    name: "an object of a namespace that is being deleted is Forbidden for that reason",
    source: "wire: create-terminating-namespace",
    needs: ["create namespaces everywhere", "delete namespaces everywhere", "create sandboxes everywhere"],
    async run(kit) {
      const { kube, unique } = kit;
      const finalizers = ["example.com/wait"];
      const metadata = { name: unique, labels: kit.label, finalizers };
      await kube.namespaces().create({ apiVersion: "v1", kind: "Namespace", metadata });
      try {
        await kube.namespaces().delete(unique);
        equal((await kube.namespaces().get(unique)).status?.phase, "Terminating");
        const error = await refused(kube.sandboxes(unique).create(kit.sandbox("a")), isForbidden, "create");
        check(error.hint?.startsWith("The namespace is being deleted"), `hint: ${error.hint}`);
      } finally {
        await finalized(kube, unique);
      }
    },
  },
  {
    name: "names that no object can have are refused before anything is asked",
    source: "docs: names",
    needs: [],
    async run({ kube, sandbox }) {
      const bad = ["a/b", "..", ".", "A", "a_b", "-a", "a%2fb", "a".repeat(254)];
      for (const name of bad) {
        const calls = [
          () => kube.sandboxes().get(name),
          () => kube.sandboxes().patch(name, {}),
          () => kube.sandboxes().delete(name),
        ];
        for (const call of calls) {
          check(await rejection(call()) instanceof RangeError, `${JSON.stringify(name)} is taken for a name`);
        }
        const object: Sandbox = { ...sandbox("a"), metadata: { name } };
        check(await rejection(kube.sandboxes().create(object)) instanceof RangeError, `${name}: created`);
      }
      check(await rejection(kube.sandboxes().get("")) instanceof TypeError, "an empty name");
      for (const namespace of ["a/b", "..", "A", "a.b"]) {
        const make = () => Promise.resolve().then(() => kube.sandboxes(namespace));
        check(await rejection(make()) instanceof RangeError, `${namespace} is taken for a namespace`);
      }
    },
  },
  {
    name: "labels and annotations that no object can have",
    source: "docs: labels, annotations",
    needs: ["create sandboxes"],
    async run({ kube, sandbox }) {
      const long = "a".repeat(64);
      const rows: readonly (readonly [ObjectMeta, string, string])[] = [
        [{ labels: { "a b": "1" } }, "labels", "name part must consist of"],
        [{ labels: { "a/b/c": "1" } }, "labels", "a valid label key must consist of"],
        [{ labels: { "/b": "1" } }, "labels", "prefix part must be non-empty"],
        [{ labels: { "A.example/b": "1" } }, "labels", "prefix part a lowercase RFC 1123 subdomain must consist of"],
        [{ labels: { [long]: "1" } }, "labels", "name part must be no more than 63 bytes"],
        [{ labels: { a: long } }, "labels", "must be no more than 63 bytes"],
        [{ labels: { a: "b c" } }, "labels", "a valid label must be an empty string or consist of"],
        [{ annotations: { "a/b~c": "1" } }, "annotations", "name part must consist of"],
        [{ annotations: { a: "x".repeat(2 ** 18) } }, "annotations", "Too long: may not be more than 262144 bytes"],
      ];
      for (const [metadata, field, why] of rows) {
        const object = { ...sandbox("a"), metadata: { name: sandbox("a").metadata.name!, ...metadata } };
        const error = await refused(kube.sandboxes().create(object), isInvalid, why);
        const { causes } = error.kubeStatus.details as { causes: readonly { field: string; message: string }[] };
        equal([causes.length, causes[0]?.field], [1, `metadata.${field}`], why);
        check(causes[0]?.message.includes(why), `${why}: ${causes[0]?.message}`);
      }
      const fine = sandbox("a");
      const labels = { ...fine.metadata.labels, "example.com/A_b.c": "", a: "B_1.2" };
      const annotations = { "EXAMPLE.com/a": "any text: 日本語" };
      const made = await kube.sandboxes().create({ ...fine, metadata: { ...fine.metadata, labels, annotations } });
      equal([made.metadata.labels, made.metadata.annotations], [labels, annotations]);
    },
  },
  {
    name: "names that the server refuses, although they get there",
    source: "wire: create-bad-name",
    needs: ["create sandboxes"],
    async run({ kube, sandbox }) {
      const path = `/apis/agents.kruise.io/v1alpha1/namespaces/${kube.namespace}/sandboxes`;
      const body = { ...sandbox("a"), metadata: { name: "Not_A_Name" } };
      const error = await refused(kube.request(path, { method: "POST", body }), status(422), "create");
      equal(error.reason, "Invalid");
    },
  },
  {
    name: "what the server does not do: a method, a type of body, a path",
    source: "wire: status-post, create-text-plain, group-missing",
    needs: ["create sandboxes", "get sandboxes", "create sandboxes/status", "get /nothing"],
    async run({ kube, sandbox, unique }) {
      await kube.sandboxes().create(sandbox("a"));
      const path = `/apis/agents.kruise.io/v1alpha1/namespaces/${kube.namespace}/sandboxes`;
      const body = sandbox("a");
      const post = kube.request(`${path}/${unique}-a/status`, { method: "POST", body });
      equal((await refused(post, status(405), "POST of a status")).reason, "MethodNotAllowed");
      const text = kube.request(path, { method: "POST", body: "hello", contentType: "text/plain" });
      equal((await refused(text, status(415), "text")).reason, "UnsupportedMediaType");
      const nothing = await refused(kube.request("/nothing"), isNotFound, "a path");
      check(nothing.hint?.includes("does not have this resource"), `hint: ${nothing.hint}`);
    },
  },
  {
    name: "a body that is too large",
    source: "wire: create-too-large",
    needs: ["create sandboxes"],
    async run({ kube, sandbox }) {
      const object = sandbox("a");
      const annotations = { text: "x".repeat(3 * 2 ** 20 + 1) };
      const create = kube.sandboxes().create({ ...object, metadata: { ...object.metadata, annotations } });
      const error = await refused(create, status(413), "create");
      equal(error.hint, "The API server takes 3 MiB at most");
    },
  },
  {
    name: "signals: aborted before, nothing is asked; aborted in the middle, the reason is given; a limit is a limit",
    source: "docs: signals",
    needs: ["list sandboxes"],
    async run({ kube, selector }) {
      const reason = { any: "thing" };
      const aborted = AbortSignal.abort(reason);
      equal(await rejection(kube.sandboxes().get("a", { signal: aborted })) === reason, true, "aborted before");
      const controller = new AbortController();
      const listing = rejection(kube.sandboxes().list({ labelSelector: selector, signal: controller.signal }));
      controller.abort(reason);
      equal(await listing === reason, true, "aborted in the middle");
      const future = { resourceVersion: "999999999999", resourceVersionMatch: "NotOlderThan", timeoutMs: 300 } as const;
      const late = await failure(kube.sandboxes().list({ labelSelector: selector, ...future }));
      check(isSandboxError(late, "request_timeout"), `${late}`);
      check(late.message.includes("no answer within 300 ms"), late.message);
    },
  },
  {
    name: "a version that is not there yet is a time-out of the server's, and no 410",
    source: "wire: get-version-future",
    needs: ["list sandboxes"],
    async run({ kube, selector }) {
      // It is asked again after a second, as the server wants; once is enough here.
      const future = {
        resourceVersion: "999999999999",
        resourceVersionMatch: "NotOlderThan",
        timeoutMs: 4_000,
      } as const;
      const error = await failure(kube.sandboxes().list({ labelSelector: selector, ...future }));
      check(!isGone(error), "it is gone");
      const { status: code } = error as { status?: number };
      check(code === 504 || (error as { code?: string }).code === "request_timeout", `${error}`);
    },
  },
];

/** Why something failed; a missing right is thrown. */
async function failure(promise: Promise<unknown>): Promise<unknown> {
  const error = await rejection(promise);
  if (isForbidden(error)) throw error;
  return error;
}

async function firstOf(events: AsyncIterable<unknown>): Promise<unknown> {
  for await (const event of events) return event;
  return undefined;
}
