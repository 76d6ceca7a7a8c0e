/** What each call sends, and what it makes of the answer. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { KubeClient } from "../../../src/k8s/mod.ts";
import { json, list, sandbox, scripted } from "./scripted.ts";

const BASE = "/prefix/apis/agents.kruise.io/v1alpha1/namespaces/mine/sandboxes";

Deno.test("get reads an object of the client's namespace, with the type wanted and a name of our own", async () => {
  const { kube, seen } = scripted(() => json(sandbox("one", "7")));
  const object = await kube.sandboxes().get("one");
  assertEquals(object.metadata.name, "one");
  const [{ method, path, query, headers }] = seen as [typeof seen[0]];
  assertEquals([method, path, query.toString()], ["GET", `${BASE}/one`, ""]);
  assertEquals(headers.get("accept"), "application/json");
  assertEquals(headers.get("user-agent"), "kruise-agents-runtime/js");
});

Deno.test("each kind has its path; empty is all namespaces, and what is in none has none", async () => {
  const { kube, seen } = scripted(() => list([], "1"));
  await kube.pods("").list();
  await kube.pods("theirs").list();
  await kube.events().list();
  await kube.namespaces().list();
  await kube.sandboxClaims().list();
  await kube.sandboxSets("x").list();
  await kube.resource({ group: "apps", version: "v1", plural: "deployments", namespaced: true }).list();
  await kube.resource({ group: "", version: "v1", plural: "nodes", namespaced: false }).list();
  assertEquals(seen.map(({ path }) => path.replace("/prefix", "")), [
    "/api/v1/pods",
    "/api/v1/namespaces/theirs/pods",
    "/api/v1/namespaces/mine/events",
    "/api/v1/namespaces",
    "/apis/agents.kruise.io/v1alpha1/namespaces/mine/sandboxclaims",
    "/apis/agents.kruise.io/v1alpha1/namespaces/x/sandboxsets",
    "/apis/apps/v1/namespaces/mine/deployments",
    "/api/v1/nodes",
  ]);
});

Deno.test("list sends selectors, page and version, and fills in what the list says for its items", async () => {
  const { kube, seen } = scripted(() =>
    json({
      kind: "PodList",
      apiVersion: "v1",
      metadata: { resourceVersion: "9", continue: "next" },
      items: [{ metadata: { name: "a" } }],
    })
  );
  const page = await kube.pods().list({
    labelSelector: "a=b,c in (x,y)",
    fieldSelector: "metadata.name=a",
    limit: 2,
    resourceVersion: "5",
    resourceVersionMatch: "NotOlderThan",
  });
  assertEquals(Object.fromEntries(seen[0]!.query), {
    labelSelector: "a=b,c in (x,y)",
    fieldSelector: "metadata.name=a",
    limit: "2",
    resourceVersion: "5",
    resourceVersionMatch: "NotOlderThan",
  });
  assertEquals([page.items[0]!.kind, page.items[0]!.apiVersion], ["Pod", "v1"]);
  assertEquals(page.metadata.continue, "next");
});

Deno.test("a list without items is empty", async () => {
  const { kube } = scripted(() =>
    json({ kind: "PodList", apiVersion: "v1", metadata: { resourceVersion: "9" }, items: null })
  );
  assertEquals((await kube.pods().list()).items, []);
});

Deno.test("writes send the object, dry runs and the field manager", async () => {
  const { kube, seen } = scripted(({ body }) => json(body));
  const resource = kube.sandboxes();
  const object = sandbox("one", "7");
  await resource.create(object);
  await resource.update(object, { dryRun: true });
  await resource.updateStatus({ ...object, status: { phase: "Running" } }, { fieldManager: "me" });
  assertEquals(seen.map(({ method, path, query }) => [method, path, query.toString()]), [
    ["POST", BASE, ""],
    ["PUT", `${BASE}/one`, "dryRun=All"],
    ["PUT", `${BASE}/one/status`, "fieldManager=me"],
  ]);
  assertEquals(seen.map(({ headers }) => headers.get("content-type")), Array(3).fill("application/json"));
  assertEquals(seen[1]!.body, object);
});

Deno.test("patches have the type of their kind", async () => {
  const { kube, seen } = scripted(() => json(sandbox("one", "8")));
  const resource = kube.sandboxes();
  await resource.patch("one", { spec: { paused: true } });
  await resource.patch("one", [{ op: "remove", path: "/spec/paused" }], { type: "json" });
  await resource.patch("one", { spec: {} }, { type: "strategic" });
  await resource.patch("one", { status: {} }, { subresource: "status", dryRun: true });
  await resource.apply(sandbox("one", "8"), { fieldManager: "me" });
  await resource.apply(sandbox("one", "8"), { fieldManager: "me", force: true, subresource: "status" });
  assertEquals(
    seen.map(({ method, path, query, headers }) => [
      `${method} ${path.replace(BASE, "")}?${query}`,
      headers.get("content-type"),
    ]),
    [
      ["PATCH /one?", "application/merge-patch+json"],
      ["PATCH /one?", "application/json-patch+json"],
      ["PATCH /one?", "application/strategic-merge-patch+json"],
      ["PATCH /one/status?dryRun=All", "application/merge-patch+json"],
      ["PATCH /one?fieldManager=me", "application/apply-patch+yaml"],
      ["PATCH /one/status?fieldManager=me&force=true", "application/apply-patch+yaml"],
    ],
  );
});

Deno.test("delete sends its options in the body, and none where there are none", async () => {
  const { kube, seen } = scripted(() => json({ kind: "Status", status: "Success" }));
  const resource = kube.sandboxes();
  assertEquals(await resource.delete("one"), undefined);
  await resource.delete("one", {
    propagationPolicy: "Foreground",
    gracePeriodSeconds: 0,
    preconditions: { uid: "u", resourceVersion: "7" },
    dryRun: true,
  });
  await resource.deleteCollection({ labelSelector: "a=b", fieldSelector: "metadata.name=c", dryRun: true });
  assertEquals(seen.map(({ method, path, query }) => [method, path, query.toString()]), [
    ["DELETE", `${BASE}/one`, ""],
    ["DELETE", `${BASE}/one`, ""],
    ["DELETE", BASE, "labelSelector=a%3Db&fieldSelector=metadata.name%3Dc"],
  ]);
  const options = { apiVersion: "v1", kind: "DeleteOptions" };
  assertEquals(seen.map(({ body }) => body), [
    undefined,
    {
      ...options,
      propagationPolicy: "Foreground",
      gracePeriodSeconds: 0,
      preconditions: { uid: "u", resourceVersion: "7" },
      dryRun: ["All"],
    },
    { ...options, dryRun: ["All"] },
  ]);
});

Deno.test("request reaches any path, with a query of its own and of the options", async () => {
  const { kube, seen } = scripted(() => new Response("ok"));
  const response = await kube.request("/readyz?verbose", {
    method: "post",
    query: { a: "x y", b: ["1", "2"], c: undefined, d: true },
    body: { some: "thing" },
    accept: "*/*",
  });
  assertEquals(await response.text(), "ok");
  const [{ method, path, query, headers, body }] = seen as [typeof seen[0]];
  assertEquals([method, path, query.toString()], ["POST", "/prefix/readyz", "verbose=&a=x+y&b=1&b=2&d=true"]);
  assertEquals([headers.get("accept"), headers.get("content-type")], ["*/*", "application/json"]);
  assertEquals(body, { some: "thing" });
});

Deno.test("names that no object can have are refused before anything is asked", async () => {
  const { kube, seen } = scripted(() => json({}));
  const resource = kube.sandboxes();
  for (const name of ["a/b", "..", ".", "Upper", "a%2fb", "x".repeat(254), "-a", "a b", "ü"]) {
    await assertRejects(
      () => resource.get(name),
      RangeError,
      `Cannot use ${JSON.stringify(name)} as a name of sandboxes`,
    );
    await assertRejects(() => resource.delete(name), RangeError);
    await assertRejects(() => resource.patch(name, {}), RangeError);
    await assertRejects(() => resource.create(sandbox(name, "1")), RangeError);
    await assertRejects(() => resource.update(sandbox(name, "1")), RangeError);
    await assertRejects(() => resource.apply(sandbox(name, "1"), { fieldManager: "me" }), RangeError);
  }
  await assertRejects(() => resource.get(""), TypeError, "Cannot use an empty string as a name of sandboxes");
  await assertRejects(() => resource.get(undefined as never), TypeError, "Cannot use undefined as a name");
  await assertRejects(() => resource.patch("a", {}, { subresource: "../pods" }), RangeError);
  assertEquals(seen.length, 0);
});

Deno.test("namespaces and kinds that cannot be are refused", async () => {
  const { kube, seen } = scripted(() => json({}));
  for (const namespace of ["a/b", "..", "Upper", "a.b", "x".repeat(64)]) {
    assertThrows(() => kube.sandboxes(namespace), RangeError, `Cannot use ${JSON.stringify(namespace)} as a namespace`);
  }
  const api = { group: "apps", version: "v1", plural: "deployments", namespaced: true };
  assertThrows(() => kube.resource({ ...api, group: "a/b" }), RangeError, "as a group");
  assertThrows(() => kube.resource({ ...api, version: "" }), TypeError, "as a version");
  assertThrows(() => kube.resource({ ...api, plural: "../pods" }), RangeError, "as a plural");
  assertThrows(() => kube.resource({ ...api, namespaced: undefined as never }), TypeError, "as namespaced");
  assertThrows(() => kube.resource({ ...api, namespaced: false }, "x"), TypeError, "they are in none");
  await assertRejects(() => kube.sandboxes("").get("one"), TypeError, "pass a namespace");
  await assertRejects(() => kube.sandboxes("").deleteCollection(), TypeError, "pass a namespace");
  await assertRejects(() => kube.sandboxes("other").create(sandbox("one", "1")), TypeError, 'the namespace "mine"');
  assertEquals(seen.length, 0);
});

Deno.test("a client is not made by new", () => {
  assertThrows(() => Reflect.construct(KubeClient, []), TypeError, "use KubeClient.load()");
});

Deno.test("an object of all namespaces is written where it says", async () => {
  const { kube, seen } = scripted(({ body }) => json(body));
  await kube.sandboxes("").update(sandbox("one", "1"));
  assertEquals(seen[0]!.path, `${BASE}/one`);
});

Deno.test("names of roles may hold what is one segment of a path", async () => {
  const { kube, seen } = scripted(() => json({}));
  const roles = kube.resource({
    group: "rbac.authorization.k8s.io",
    version: "v1",
    plural: "clusterroles",
    namespaced: false,
  });
  await roles.get("system:Node?#");
  assert(seen[0]!.path.endsWith("/clusterroles/system%3ANode%3F%23"));
  await assertRejects(() => roles.get("a/b"), RangeError);
  await assertRejects(() => roles.get(".."), RangeError);
  await assertRejects(() => roles.get("\ud800"), RangeError);
});

Deno.test("paths that are another one in a URL are refused", async () => {
  const { kube, seen } = scripted(() => json({}));
  for (const path of ["/api/../x", "/api/%2e%2E/x", "//evil.test/x", "/a#b", "/a\\b", "/a b", "/a\0b"]) {
    await assertRejects(() => kube.request(path), RangeError, "as a path");
  }
  await assertRejects(() => kube.request("api"), TypeError, 'must begin with "/"');
  await assertRejects(() => kube.request("/api", { method: "BREW" }), RangeError, "no such verb");
  await assertRejects(() => kube.request("/api", { body: new Uint8Array(1) }), TypeError, "Cannot send bytes");
  assertEquals(seen.length, 0);
});

Deno.test("options that cannot be are refused", async () => {
  const { kube, seen } = scripted(() => json({}));
  const resource = kube.sandboxes();
  await assertRejects(() => resource.get("a", { timeoutMs: -1 }), RangeError, "timeoutMs");
  await assertRejects(() => resource.get("a", { timeoutMs: "1" as never }), TypeError, "timeoutMs");
  await assertRejects(() => resource.list({ limit: -1 }), RangeError, "limit");
  await assertRejects(async () => await Array.fromAsync(resource.listAll({ pageSize: 0 })), RangeError, "pageSize");
  await assertRejects(() => resource.delete("a", { gracePeriodSeconds: 1.5 }), RangeError, "gracePeriodSeconds");
  // With nothing in it, any object would be deleted.
  await assertRejects(() => resource.delete("a", { preconditions: { uid: undefined as never } }), TypeError, "uid");
  for (const labelSelector of [[], ["a=b"], { a: "b" }, null, 1] as never[]) {
    await assertRejects(() => resource.deleteCollection({ labelSelector }), TypeError, "as labelSelector");
    await assertRejects(() => resource.list({ labelSelector }), TypeError, "as labelSelector");
    const watch = resource.watch({ resourceVersion: "1", fieldSelector: labelSelector });
    await assertRejects(() => Array.fromAsync(watch), TypeError, "as fieldSelector");
  }
  await assertRejects(() => kube.request("/x", { accept: "a\r\nb" }), TypeError, "as accept");
  await assertRejects(() => kube.request("/x", { contentType: "a\0b", body: {} }), TypeError, "as contentType");
  await assertRejects(() => resource.patch("a", {}, { type: "other" as never }), TypeError, "type of patch");
  await assertRejects(() => resource.patch("a", "x"), TypeError, "Cannot patch");
  await assertRejects(() => resource.apply(sandbox("a", "1"), {} as never), TypeError, "fieldManager");
  await assertRejects(() => resource.create(undefined as never), TypeError, "no object of the API");
  assertEquals(seen.length, 0);
});

Deno.test("a watch by a request of one's own is asked for as it is, not compressed", async () => {
  const { kube, seen } = scripted(() => json({}));
  await kube.request("/api/v1/pods", { query: { watch: true, sendInitialEvents: true } });
  await kube.request("/api/v1/pods?watch=1");
  await kube.request("/api/v1/pods", { query: { limit: 1 } });
  assertEquals(seen.map(({ headers }) => headers.get("accept-encoding")), ["identity", "identity", null]);
});
