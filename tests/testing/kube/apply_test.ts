import { assertEquals } from "@std/assert";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { apply, ask, assertStatus, merge, sandbox, SANDBOXES } from "./kube_tools.ts";

const PATH = `${SANDBOXES}/a`;

function condition(type: string, status: string) {
  return { type, status, reason: "Told", message: "", lastTransitionTime: "2026-01-01T00:00:00Z" };
}

Deno.test("kube: what a manager no longer applies goes, what others manage stays", async () => {
  await using kube = await startFakeKube();
  const first = sandbox("a", { spec: { paused: true, pauseTime: "2026-01-01T00:00:00Z" } }, {
    labels: { x: "1", y: "1" },
  });
  assertEquals((await apply(kube, PATH, "alpha", first)).status, 201);
  await merge(kube, PATH, { metadata: { labels: { z: "1" } } });
  const second = sandbox("a", { spec: { paused: true } }, { labels: { x: "2" } });
  const { status, body } = await apply(kube, PATH, "alpha", second);
  assertEquals([status, body.spec, body.metadata.labels], [200, { paused: true }, { x: "2", z: "1" }]);
  const managers = body.metadata.managedFields.map(({ manager, operation }: { manager: string; operation: string }) =>
    `${manager} ${operation}`
  );
  assertEquals(managers, ["alpha Apply", "test Update"]);
});

Deno.test("kube: a field that two managers apply alike is both's, and stays until neither does", async () => {
  await using kube = await startFakeKube();
  await apply(kube, PATH, "alpha", sandbox("a", { spec: { paused: true } }));
  await apply(kube, PATH, "beta", sandbox("a", { spec: { paused: true } }));
  assertEquals((await apply(kube, PATH, "alpha", sandbox("a"))).body.spec, { paused: true });
  assertEquals((await apply(kube, PATH, "beta", sandbox("a"))).body.spec, {});
});

Deno.test("kube: items of a list that has keys are applied one by one", async () => {
  await using kube = await startFakeKube({
    objects: [sandbox("a", { status: { conditions: [condition("Ready", "True")] } })],
  });
  const more = sandbox("a", { status: { conditions: [condition("Paused", "False")] } });
  const both = await apply(kube, `${PATH}/status`, "alpha", more);
  assertEquals(both.body.status.conditions.map(({ type }: { type: string }) => type), ["Ready", "Paused"]);
  const conflict = await apply(
    kube,
    `${PATH}/status`,
    "alpha",
    sandbox("a", {
      status: { conditions: [condition("Ready", "False")] },
    }),
  );
  assertStatus(conflict, 409, "Conflict", /^Apply failed with 1 conflict: conflict with "fake-kube" using .*Ready/);
  assertEquals(conflict.body.details.causes[0].field, '.status.conditions[type="Ready"].status');
});

Deno.test("kube: all conflicts are told, manager by manager", async () => {
  await using kube = await startFakeKube();
  await apply(kube, PATH, "alpha", sandbox("a", { spec: { paused: true } }));
  await apply(kube, PATH, "beta", sandbox("a", { spec: { shutdownTime: "2026-01-01T00:00:00Z" } }));
  const wanted = sandbox("a", { spec: { paused: false, shutdownTime: "2027-01-01T00:00:00Z" } });
  const { status, body } = await apply(kube, PATH, "gamma", wanted);
  const message =
    'Apply failed with 2 conflicts: conflicts with "alpha":\n- .spec.paused\nconflicts with "beta":\n- .spec.shutdownTime';
  assertEquals([status, body.message], [409, message]);
  assertEquals((await apply(kube, PATH, "gamma", wanted, "&force=true")).body.spec, wanted.spec);
});

Deno.test("kube: an applied object does not say who manages what, and its status is applied apart", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a")] });
  const managed = await apply(kube, PATH, "alpha", sandbox("a", {}, { managedFields: [] }));
  assertStatus(managed, 400, "BadRequest", /managedFields must be nil/);
  const { body } = await apply(kube, PATH, "alpha", sandbox("a", { status: { phase: "Running" } }));
  assertEquals(body.status, undefined);
  const missing = await apply(kube, `${SANDBOXES}/none/status`, "alpha", sandbox("none"));
  assertStatus(missing, 404, "NotFound", /"none" not found/);
});

Deno.test("kube: YAML that is not JSON, and what the fake does not know, is refused", async () => {
  await using kube = await startFakeKube({ objects: [sandbox("a")] });
  for (const type of ["application/yaml", "application/vnd.kubernetes.protobuf"]) {
    assertStatus(await ask(kube, "POST", SANDBOXES, sandbox("b"), type), 415, "UnsupportedMediaType", /unknown format/);
  }
  const pod = "/api/v1/namespaces/default/pods/box";
  const strategic = await ask(kube, "PATCH", pod, {}, "application/strategic-merge-patch+json");
  assertStatus(strategic, 415, "UnsupportedMediaType", /unknown format/);
});
