import { assertEquals } from "@std/assert";
import { type FakeKube, type FakeKubeUser, startFakeKube } from "../../../src/testing/mod.ts";
import { assertStatus, type Said, sandbox, SANDBOXES, tokenOf } from "./kube_tools.ts";

const ALL = "/apis/agents.kruise.io/v1alpha1/sandboxes";
const GROUP = { apiGroups: ["agents.kruise.io"] };

async function askAs(kube: FakeKube, user: string, method: string, path: string, headers: HeadersInit = {}) {
  const given = new Headers(headers);
  given.set("authorization", `Bearer ${tokenOf(kube, kube.configOf(user))}`);
  const response = await kube.fetch(`https://kube.test${path}`, { method, headers: given });
  const text = await response.text();
  const body = text.startsWith("{") ? JSON.parse(text) : text;
  return { status: response.status, body, headers: response.headers } satisfies Said;
}

function withUser(rules: FakeKubeUser["rules"]) {
  return startFakeKube({ objects: [sandbox("a"), sandbox("b")], users: [{ name: "admin" }, { name: "dev", rules }] });
}

Deno.test("kube: rights to a name are rights to lists and watches of that name", async () => {
  await using kube = await withUser([{
    ...GROUP,
    resources: ["sandboxes"],
    resourceNames: ["a"],
    namespaces: ["default"],
  }]);
  const rows: readonly (readonly [path: string, status: number])[] = [
    [`${SANDBOXES}/a`, 200],
    [`${SANDBOXES}/b`, 403],
    [SANDBOXES, 403],
    [`${SANDBOXES}?fieldSelector=metadata.name%3Da`, 200],
    [`${SANDBOXES}?fieldSelector=metadata.name%3Db`, 403],
    [`${SANDBOXES}?fieldSelector=metadata.name%3Da&watch=true&timeoutSeconds=1&resourceVersion=1`, 200],
    [`${ALL}?fieldSelector=metadata.name%3Da`, 403],
  ];
  for (const [path, status] of rows) assertEquals((await askAs(kube, "dev", "GET", path)).status, status, path);
});

Deno.test("kube: rights to an object are none to its status", async () => {
  await using kube = await withUser([{ ...GROUP, resources: ["sandboxes"] }]);
  const said = await askAs(kube, "dev", "GET", `${SANDBOXES}/a/status`);
  assertStatus(said, 403, "Forbidden", /cannot get resource "sandboxes\/status" in API group "agents.kruise.io"/);
});

Deno.test("kube: what is denied is denied to all", async () => {
  await using kube = await startFakeKube({ deny: [{ resources: ["events"], verbs: ["list"] }] });
  const said = await askAs(kube, "admin", "GET", "/api/v1/namespaces/default/events");
  assertStatus(
    said,
    403,
    "Forbidden",
    /^events is forbidden: User "admin" cannot list resource "events" in API group ""/,
  );
});

Deno.test("kube: a path of nothing is 404, and 403 for somebody with few rights", async () => {
  await using kube = await withUser([]);
  assertEquals((await askAs(kube, "admin", "GET", "/nothing")).body, "404 page not found\n");
  assertStatus(await askAs(kube, "dev", "GET", "/nothing"), 403, "Forbidden", /User "dev" cannot get path "\/nothing"/);
  assertEquals((await askAs(kube, "dev", "GET", "/version")).body.gitVersion, "v1.37.1");
});

Deno.test("kube: who impersonates has the rights of the other alone", async () => {
  await using kube = await withUser([{ ...GROUP, verbs: ["get"] }]);
  const as = (user: string, group?: string) => ({
    "impersonate-user": user,
    ...(group === undefined ? {} : { "impersonate-group": group }),
  });
  assertEquals((await askAs(kube, "admin", "GET", SANDBOXES, as("dev"))).status, 403);
  assertEquals((await askAs(kube, "admin", "GET", `${SANDBOXES}/a`, as("dev"))).status, 200);
  assertEquals((await askAs(kube, "admin", "GET", `${SANDBOXES}/a`, as("jane"))).status, 403);
  assertEquals((await askAs(kube, "admin", "GET", SANDBOXES, as("jane", "system:masters"))).status, 200);
  assertEquals(kube.requests.at(-1)?.user, "jane");
  const alone = await askAs(kube, "admin", "GET", SANDBOXES, { "impersonate-group": "g" });
  assertStatus(alone, 400, "BadRequest", /without impersonating a user/);
});
