import { listAll } from "../../../../src/k8s/client/lists.ts";
import { isGone, isNotFound, type KubeObject, type ListPageOptions } from "../../../../src/k8s/mod.ts";
import { check, equal } from "../../../conformance/check.ts";
import type { KubeCase, KubeKit } from "../case.ts";
import { refused, status } from "../check.ts";

/** Some sandboxes with the names that are given, and a label with their place. */
async function make({ kube, sandbox }: KubeKit, ...suffixes: string[]): Promise<void> {
  for (const [index, suffix] of suffixes.entries()) {
    const object = sandbox(suffix);
    object.metadata.labels = { ...object.metadata.labels, place: String(index), ...(index === 0 && { first: "yes" }) };
    await kube.sandboxes().create(object);
  }
}

/** The token of a page as it would be if the list had begun before everything that the server remembers. */
function aged(token: string): string {
  const { rv: _, ...others } = JSON.parse(atob(token.replaceAll("-", "+").replaceAll("_", "/")));
  const text = btoa(JSON.stringify({ ...others, rv: 2 }));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const suffixOf = (unique: string) => ({ metadata }: KubeObject) => metadata.name!.replace(`${unique}-`, "");

export const reading: readonly KubeCase[] = [
  {
    name: "get: an object as it was made, with its kind, version and identity",
    source: "wire: get",
    needs: ["create sandboxes", "get sandboxes"],
    async run({ kube, sandbox }) {
      const made = await kube.sandboxes().create(sandbox("a", { paused: true }));
      const got = await kube.sandboxes().get(made.metadata.name!);
      equal(got, made);
      equal([got.apiVersion, got.kind, got.spec], ["agents.kruise.io/v1alpha1", "Sandbox", { paused: true }]);
      equal([got.metadata.namespace, got.metadata.generation], [kube.namespace, 1]);
      check(
        got.metadata.uid && got.metadata.resourceVersion && got.metadata.creationTimestamp,
        "names of the server's",
      );
    },
  },
  {
    name: "get: what is not there is NotFound, with no advice",
    source: "wire: get-missing",
    needs: ["get sandboxes"],
    async run({ kube, unique }) {
      const error = await refused(kube.sandboxes().get(unique), isNotFound, "get");
      equal(error.message, `Cannot get sandboxes "${unique}" in "${kube.namespace}": ${error.kubeStatus.message}`);
      equal([error.status, error.reason, error.hint, error.retryable], [404, "NotFound", undefined, false]);
      equal((error.kubeStatus.details as { name: string }).name, unique);
    },
  },
  {
    name: "list: a resource that the server does not have is NotFound, and the advice says so",
    source: "wire: resource-missing",
    needs: ["list nothings"],
    async run({ kube }) {
      const nothings = kube.resource({
        group: "agents.kruise.io",
        version: "v1alpha1",
        plural: "nothings",
        namespaced: true,
      });
      const error = await refused(nothings.list(), isNotFound, "list");
      check(error.hint?.includes("CustomResourceDefinition"), `hint: ${error.hint}`);
    },
  },
  {
    name: "list: label selectors of every form",
    source: "wire: page-selector, docs: labels and selectors",
    needs: ["create sandboxes", "list sandboxes"],
    async run(kit) {
      await make(kit, "a", "b", "c");
      const rows: readonly (readonly [string, string])[] = [
        ["place=1", "b"],
        ["place!=1", "a c"],
        ["place in (0, 2)", "a c"],
        ["place notin (0,2)", "b"],
        ["first", "a"],
        ["!first", "b c"],
        ["first=yes,place=1", ""],
      ];
      for (const [labels, expected] of rows) {
        const labelSelector = `${kit.selector},${labels}`;
        const { items } = await kit.kube.sandboxes().list({ labelSelector });
        equal(items.map(suffixOf(kit.unique)).join(" "), expected, labels);
      }
      const bad = await refused(kit.kube.sandboxes().list({ labelSelector: "a in (" }), status(400), "a bad selector");
      equal(bad.reason, "BadRequest");
    },
  },
  {
    name: "list: by name, and by a field that cannot be selected",
    source: "wire: list-by-name, list-bad-field",
    needs: ["create sandboxes", "list sandboxes"],
    async run(kit) {
      await make(kit, "a", "b");
      const { items } = await kit.kube.sandboxes().list({ fieldSelector: `metadata.name=${kit.unique}-b` });
      equal(items.map(suffixOf(kit.unique)), ["b"]);
      const phase = kit.kube.sandboxes().list({ fieldSelector: "status.phase=Running" });
      equal((await refused(phase, status(400), "another field")).reason, "BadRequest");
    },
  },
  {
    name: "list: pages, each of the version of the first",
    source: "wire: page-1, page-2, page-3",
    needs: ["create sandboxes", "list sandboxes"],
    async run(kit) {
      await make(kit, "a", "b", "c", "d", "e");
      const sandboxes = kit.kube.sandboxes();
      const pages: string[] = [];
      const versions = new Set<string>();
      let from: string | undefined;
      do {
        const page = await sandboxes.list({ labelSelector: kit.selector, limit: 2, continue: from });
        pages.push(page.items.map(suffixOf(kit.unique)).join(" "));
        versions.add(page.metadata.resourceVersion);
        from = page.metadata.continue;
        // Made after the first page: it is in none.
        if (pages.length === 1) await sandboxes.create(kit.sandbox("f"));
      } while (from);
      equal(pages, ["a b", "c d", "e"]);
      equal(versions.size, 1, "versions");
    },
  },
  {
    name: "listAll: all pages, and everything of another namespace left out",
    source: "wire: page-1, page-2, page-3",
    needs: ["create sandboxes", "list sandboxes"],
    async run(kit) {
      await make(kit, "a", "b", "c");
      const names: string[] = [];
      for await (const object of kit.kube.sandboxes().listAll({ labelSelector: kit.selector, pageSize: 1 })) {
        names.push(suffixOf(kit.unique)(object));
      }
      equal(names, ["a", "b", "c"]);
    },
  },
  {
    name: "listAll: all namespaces at once",
    source: "docs: list across namespaces",
    needs: ["create sandboxes", "list sandboxes everywhere"],
    async run(kit) {
      await make(kit, "a");
      const names: string[] = [];
      for await (const object of kit.kube.sandboxes("").listAll({ labelSelector: kit.selector })) {
        names.push(`${object.metadata.namespace}/${suffixOf(kit.unique)(object)}`);
      }
      equal(names, [`${kit.kube.namespace}/a`]);
    },
  },
  {
    name: "listAll: a list that became too old begins anew, and tells no object twice",
    source: "wire: continue-expired",
    needs: ["create sandboxes", "list sandboxes"],
    alone: true,
    async run(kit) {
      await make(kit, "a", "b", "c", "d");
      await kit.compact();
      const sandboxes = kit.kube.sandboxes();
      const gone = await sandboxes.list({ labelSelector: kit.selector, limit: 1 });
      const error = await refused(
        sandboxes.list({ labelSelector: kit.selector, limit: 1, continue: aged(gone.metadata.continue!) }),
        isGone,
        "an old token",
      );
      equal([error.reason, error.hint], ["Expired", "The version is too old: list again"]);
      let asked = 0;
      const list = (options: ListPageOptions = {}) => {
        asked++;
        return sandboxes.list({
          ...options,
          ...(options.continue && asked < 5 && { continue: aged(options.continue) }),
        });
      };
      const names: string[] = [];
      for await (const object of listAll(list, { labelSelector: kit.selector, pageSize: 2 })) {
        names.push(suffixOf(kit.unique)(object));
      }
      // The second page was too old, and that of the next attempt was, too; the third is one page.
      equal([names.join(" "), asked], ["a b c d", 5]);
    },
  },
  {
    name: "list: an exact version that is too old, and a token that is none",
    source: "wire: list-exact-expired, continue-garbage",
    needs: ["list sandboxes"],
    alone: true,
    async run({ kube, compact }) {
      await compact();
      const old = kube.sandboxes().list({ resourceVersion: "2", resourceVersionMatch: "Exact" });
      await refused(old, isGone, "an old version");
      const garbage = kube.sandboxes().list({ continue: "garbage" });
      equal((await refused(garbage, status(400), "garbage")).reason, "BadRequest");
    },
  },
  {
    name: "list: objects of a built-in kind have their kind and version, too",
    source: "docs: items of a typed list have neither",
    needs: ["create pods", "list pods"],
    async run({ kube, unique, label, selector }) {
      const spec = { containers: [{ name: "main", image: "none.invalid/none" }], nodeSelector: label };
      await kube.pods().create({ apiVersion: "v1", kind: "Pod", metadata: { name: unique, labels: label }, spec });
      const { items } = await kube.pods().list({ labelSelector: selector });
      equal(items.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name]), [["Pod", "v1", unique]]);
    },
  },
  {
    name: "list: more than the server sends without compression, and every script",
    source: "docs: answers over 128 KiB are compressed",
    needs: ["create sandboxes", "list sandboxes"],
    async run(kit) {
      const text = "zażółć gęślą 日本語 🦕 \u2028 ".repeat(2_000);
      for (const suffix of ["a", "b", "c", "d"]) {
        const object = kit.sandbox(suffix);
        await kit.kube.sandboxes().create({ ...object, metadata: { ...object.metadata, annotations: { text } } });
      }
      const { items } = await kit.kube.sandboxes().list({ labelSelector: kit.selector });
      equal(items.map(({ metadata }) => metadata.annotations?.["text"] === text), [true, true, true, true]);
    },
  },
];
