import { assertEquals, assertMatch } from "@std/assert";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { ask, assertStatus, merge, sandbox, SANDBOXES, watch } from "./kube_tools.ts";

const CLAIMS = "/apis/agents.kruise.io/v1alpha1/namespaces/default/sandboxclaims";
const SETS = "/apis/agents.kruise.io/v1alpha1/namespaces/default/sandboxsets";

function claim(spec: Record<string, unknown>) {
  const metadata = { name: "claim" };
  return { apiVersion: "agents.kruise.io/v1alpha1", kind: "SandboxClaim", metadata, spec };
}

Deno.test("kube: what the schema gives by default is filled in, and what it forbids is 422", async () => {
  await using kube = await startFakeKube();
  const rows: readonly (readonly [spec: Record<string, unknown>, message: RegExp])[] = [
    [{}, /spec\.templateName: Required value/],
    [{ templateName: 1 }, /spec\.templateName in body must be of type string: "integer"/],
    [{ templateName: "a", replicas: 0 }, /spec\.replicas in body should be greater than or equal to 1/],
    [{ templateName: "a", claimTimeout: "10ms" }, /claimTimeout must be at least 1 second/],
    [{ templateName: "a", shutdownTime: "2026-13-01T00:00:00Z" }, /must be of type date-time/],
    [{ templateName: "a", labels: { a: 1 } }, /spec\.labels\.a in body must be of type string/],
    [{ templateName: "a", runtimes: [{}] }, /spec\.runtimes\[0\]\.name: Required value/],
  ];
  for (const [spec, message] of rows) {
    assertStatus(await ask(kube, "POST", CLAIMS, claim(spec)), 422, "Invalid", message);
  }
  const made = await ask(kube, "POST", CLAIMS, claim({ templateName: "a", claimTimeout: null }));
  assertEquals(made.body.spec, {
    claimTimeout: "1m",
    createOnNoStock: true,
    replicas: 1,
    skipInitRuntime: false,
    templateName: "a",
    ttlAfterCompleted: "60m",
    waitReadyTimeout: "30s",
  });
});

Deno.test("kube: a dry run changes nothing, and no watch hears of it", async () => {
  const objects = [sandbox("a", {}, { finalizers: ["x/y"] }), sandbox("free")];
  await using kube = await startFakeKube({ objects });
  const lines = await watch(
    kube,
    `resourceVersion=${(await ask(kube, "GET", SANDBOXES)).body.metadata.resourceVersion}`,
  );
  const before = await ask(kube, "GET", `${SANDBOXES}/a`);
  assertEquals((await ask(kube, "POST", `${SANDBOXES}?dryRun=All`, sandbox("b"))).status, 201);
  const patched = await merge(kube, `${SANDBOXES}/a?dryRun=All`, { spec: { paused: true } });
  assertEquals([patched.body.spec.paused, patched.body.metadata.generation], [true, 2]);
  const deleted = await ask(kube, "DELETE", `${SANDBOXES}/a`, { dryRun: ["All"] });
  assertMatch(deleted.body.metadata.deletionTimestamp, /Z$/);
  await ask(kube, "DELETE", `${SANDBOXES}?dryRun=All`);
  assertEquals((await ask(kube, "DELETE", `${SANDBOXES}/free?dryRun=All`)).body.status, "Success");
  assertEquals((await ask(kube, "GET", `${SANDBOXES}/a`)).body, before.body);
  kube.write(sandbox("c"));
  assertEquals(await lines.names(1), ["ADDED c"]);
});

Deno.test("kube: generation counts what is wanted, and only the last finalizer lets go", async () => {
  await using kube = await startFakeKube();
  const path = `${SANDBOXES}/a`;
  const generation = async (body: unknown, sub = "") => (await merge(kube, path + sub, body)).body.metadata.generation;
  await ask(kube, "POST", SANDBOXES, sandbox("a", {}, { finalizers: ["x/one", "x/two"] }));
  assertEquals(await generation({ metadata: { labels: { a: "b" } } }), 1);
  assertEquals(await generation({ status: { phase: "Running" } }, "/status"), 1);
  assertEquals(await generation({ spec: { paused: true } }), 2);
  assertEquals((await ask(kube, "DELETE", path)).body.metadata.generation, 3);
  // It is being deleted already: nothing more to do.
  assertEquals((await ask(kube, "DELETE", path)).body.metadata.generation, 3);
  const more = await merge(kube, path, { metadata: { finalizers: ["x/one", "x/two", "x/three"] } });
  assertStatus(more, 422, "Invalid", /no new finalizers can be added .*"x\/three"/);
  await merge(kube, path, { metadata: { finalizers: ["x/two"] } });
  assertEquals((await ask(kube, "GET", path)).status, 200);
  await merge(kube, path, { metadata: { finalizers: [] } });
  assertEquals((await ask(kube, "GET", path)).status, 404);
});

Deno.test("kube: a recreated object has another identity, which preconditions tell apart", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a")] });
  const { uid, resourceVersion } = (await ask(kube, "GET", `${SANDBOXES}/a`)).body.metadata;
  await merge(kube, `${SANDBOXES}/a`, { spec: { paused: true } });
  const stale = await ask(kube, "DELETE", `${SANDBOXES}/a`, { preconditions: { resourceVersion } });
  assertStatus(stale, 409, "Conflict", /ResourceVersion in the precondition .* might have been modified/);
  await ask(kube, "DELETE", `${SANDBOXES}/a`, { preconditions: { uid } });
  await ask(kube, "POST", SANDBOXES, sandbox("a"));
  const other = await ask(kube, "DELETE", `${SANDBOXES}/a`, { preconditions: { uid } });
  assertStatus(other, 409, "Conflict", /UID in the precondition .* deleted and then recreated/);
});

Deno.test("kube: deletecollection takes out what is selected, and says what", async () => {
  const objects = ["a", "b", "c"].map((name) => sandbox(name, {}, { labels: { odd: String(name !== "b") } }));
  await using kube = await startFakeKube({ objects });
  const { body } = await ask(kube, "DELETE", `${SANDBOXES}?labelSelector=odd=true`);
  assertEquals(body.items.length, 2);
  assertEquals((await ask(kube, "GET", SANDBOXES)).body.items.length, 1);
});

Deno.test("kube: a namespace that is deleted ends, and takes nothing new", async () => {
  await using kube = await startFakeKube();
  const space = { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } };
  const made = await ask(kube, "POST", "/api/v1/namespaces", space);
  assertEquals([made.status, made.body.status.phase], [201, "Active"]);
  const gone = await ask(kube, "DELETE", "/api/v1/namespaces/team");
  assertEquals([gone.status, gone.body.kind, gone.body.status.phase], [200, "Namespace", "Terminating"]);
  const path = "/apis/agents.kruise.io/v1alpha1/namespaces/team/sandboxes";
  assertStatus(await ask(kube, "POST", path, sandbox("a")), 403, "Forbidden", /because it is being terminated/);
});

Deno.test("kube: a Pod on a node is marked, and then goes; one on none goes at once", async () => {
  const pod = (name: string, spec: object) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "main", image: "local" }], ...spec },
  });
  await using kube = await startFakeKube({ objects: [pod("bound", { nodeName: "node" })] });
  const pods = "/api/v1/namespaces/default/pods";
  const response = await kube.fetch(`https://kube.test${pods}?watch=true`, {
    headers: { authorization: `Bearer ${(kube.config["users"] as { user: { token: string } }[])[0]?.user.token}` },
  });
  assertEquals((await ask(kube, "DELETE", `${pods}/bound`)).body.metadata.deletionGracePeriodSeconds, 30);
  assertEquals((await ask(kube, "GET", `${pods}/bound`)).status, 404);
  assertEquals((await ask(kube, "POST", pods, pod("free", {}))).body.status.phase, "Pending");
  assertEquals((await ask(kube, "DELETE", `${pods}/free`)).body.kind, "Pod");
  kube.endWatches();
  const types = (await response.text()).trim().split("\n").map((line) => JSON.parse(line).type);
  assertEquals(types, ["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"]);
});

Deno.test("kube: a SandboxSet is scaled", async () => {
  const set = { apiVersion: "agents.kruise.io/v1alpha1", kind: "SandboxSet", metadata: { name: "pool" } };
  await using kube = await startFakeKube({ objects: [{ ...set, spec: { replicas: 2 } } as typeof set] });
  const scale = await ask(kube, "GET", `${SETS}/pool/scale`);
  assertEquals([scale.body.kind, scale.body.spec.replicas], ["Scale", 2]);
  assertEquals((await merge(kube, `${SETS}/pool/scale`, { spec: { replicas: 5 } })).body.spec.replicas, 5);
  scale.body.spec.replicas = 7;
  assertEquals((await ask(kube, "PUT", `${SETS}/pool/scale`, scale.body)).body.spec.replicas, 7);
  assertEquals((await ask(kube, "GET", `${SETS}/pool`)).body.spec.replicas, 7);
});

Deno.test("kube: a body that is not what the path says is refused", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a")] });
  const rows: readonly (readonly [body: unknown, status: number, message: RegExp])[] = [
    [{ ...sandbox("b"), apiVersion: "agents.kruise.io/v2" }, 400, /does not match the expected API version/],
    [sandbox("b", {}, { namespace: "other" }), 400, /namespace of the provided object does not match/],
    ["text", 400, /Object 'Kind' is missing/],
    [sandbox("b".repeat(300)), 422, /must be no more than 253 characters/],
  ];
  for (const [body, status, message] of rows) {
    const said = await ask(kube, "POST", SANDBOXES, body);
    assertEquals([said.status, message.test(said.body.message)], [status, true], said.body.message);
  }
  const renamed = { ...(await ask(kube, "GET", `${SANDBOXES}/a`)).body };
  renamed.metadata.name = "b";
  const said = await ask(kube, "PUT", `${SANDBOXES}/a`, renamed);
  assertStatus(said, 400, "BadRequest", /name of the object \(b\) does not match the name on the URL \(a\)/);
});
