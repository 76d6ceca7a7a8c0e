/** The cases of the client against the fake API. `deno task conformance:k8s` runs them against a real one. */

import { assert, assertEquals } from "@std/assert";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { makeAuthority } from "../../gateway/certificates.ts";
import { EXCHANGES } from "../../testing/kube/recording.ts";
import { type KubeCase, runCase } from "./case.ts";
import { CASES } from "./cases.ts";
import { cluster } from "./cases/cluster.ts";
import { deleting } from "./cases/deleting.ts";
import { reading } from "./cases/reading.ts";
import { writing } from "./cases/writing.ts";
import { EXPECTATIONS, type ExpectedAccess } from "./kubeconfigs.ts";
import { runCases } from "./run.ts";

const onFake = ({ notOnFake }: KubeCase): boolean => notOnFake === undefined;

Deno.test("conformance of the Kubernetes client: the fake API", async (t) => {
  const authority = await makeAuthority("Fake Kubernetes");
  const tls = { ...await authority.issue({ names: ["127.0.0.1"] }), ca: authority.cert };
  for (const item of CASES.filter(onFake)) {
    await t.step(item.name, async () => {
      await using fake = await startFakeKube();
      await using listener = await fake.listen({ tls });
      const access = await accessFromConfig(listener.config);
      await runCase({ access, compact: () => Promise.resolve(fake.compact()) }, item);
    });
  }
});

Deno.test("conformance of the Kubernetes client: who may do less is refused the rest, and that is no failure", async () => {
  const { rights } = EXPECTATIONS["dev"] as ExpectedAccess;
  const rules = [
    { apiGroups: ["agents.kruise.io"], resources: ["sandboxes", "sandboxes/status", "sandboxclaims"] },
    { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "watch"] },
  ];
  const dev = { name: "dev", rules: rules.map((rule) => ({ ...rule, namespaces: ["default"] })) };
  await using fake = await startFakeKube({ users: [{ name: "admin" }, dev] });
  const target = { access: await accessFromConfig(fake.configOf("dev")), fetch: fake.fetch };
  const cases = [...cluster, ...reading, ...writing, ...deleting].filter(onFake);
  const compact = () => Promise.resolve(fake.compact());
  const outcomes = await runCases({ ...target, compact }, cases, rights);
  assertEquals(outcomes.filter(({ error }) => error !== undefined).map(({ name, error }) => [name, error]), []);
  const missing = outcomes.flatMap(({ missing }) => missing ?? []);
  assertEquals(missing.toSorted(), [
    "create events",
    "create namespaces everywhere",
    "create pods",
    "create pods",
    "create sandboxes everywhere",
    "create sandboxsets",
    "list nothings",
    "list sandboxes everywhere",
  ]);
  const wrong = await runCases({ ...target, compact }, deleting.slice(0, 1), []);
  assert(String(wrong[0]?.error).includes("although the user has no right to create sandboxes"), "it passed");
});

Deno.test("conformance of the Kubernetes client: without a cluster it says what to do", async () => {
  const home = await Deno.makeTempDir();
  const program = new URL("./main.ts", import.meta.url).pathname;
  // Its home is another, and all that was downloaded is where it was.
  const info = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(info.stdout));
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-check", program],
    env: { DENO_DIR: denoDir, HOME: home, KUBECONFIG: "", KUBERNETES_SERVICE_HOST: "", KUBERNETES_SERVICE_PORT: "" },
    stderr: "inherit",
  }).output();
  const said = new TextDecoder().decode(stdout);
  assertEquals(code, 1, said);
  for (const part of ["KubeConfigError (kube_config)", '.kube/config": ', "tests/kube/up.sh", "0 passed, 1 failed"]) {
    assert(said.includes(part), said);
  }
  await Deno.remove(home, { recursive: true });
});

Deno.test("conformance of the Kubernetes client: it is known what becomes of each kubeconfig", async () => {
  const starter = await Deno.readTextFile(new URL("../../kube/up.sh", import.meta.url));
  const users = /^for u in (.+); do$/m.exec(starter)?.[1]?.split(" ") ?? [];
  const files = [...starter.matchAll(/^kubeconfig ([a-z-]+) /gm)].map(([, name = ""]) => name);
  const all = [...files, ...users].filter((name) => name !== "node");
  assertEquals(Object.keys(EXPECTATIONS).toSorted(), all.toSorted());
});

Deno.test("conformance of the Kubernetes client: each case has a name and says what it is written from", () => {
  const names = CASES.map(({ name }) => name);
  assertEquals(names.filter((name, index) => names.indexOf(name) !== index), []);
  const recorded = new Set(EXCHANGES.map(({ name }) => name));
  for (const { name, source } of CASES) {
    for (const one of source.split(/, (?=docs:)/)) {
      const [, kind, what = ""] = /^(wire|docs): (.+)$/.exec(one) ?? [];
      assert(kind === "docs" || what.split(", ").every((exchange) => recorded.has(exchange)), `${name}: ${one}`);
    }
  }
});
