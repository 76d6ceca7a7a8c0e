import { assertEquals, assertStringIncludes } from "@std/assert";
import { fakeHost, fileOf, headerOf, refused } from "./tools.ts";
import { loadKubeConfig } from "../../../src/k8s/config/load_config.ts";

const HOME_FILE = "/home/me/.kube/config";
const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const POD = { KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" };
const CA = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const IN_POD = { [`${ACCOUNT}/token`]: "pod-token\n", [`${ACCOUNT}/ca.crt`]: CA, [`${ACCOUNT}/namespace`]: "mine\n" };

Deno.test("the path that is passed is read, and nothing else", async () => {
  const host = fakeHost({ "/work/a.yaml": fileOf("a"), [HOME_FILE]: fileOf("home"), "/k": fileOf("k") });
  host.variables.set("KUBECONFIG", "/k");
  const access = await loadKubeConfig({ kubeconfig: "a.yaml" }, host);
  assertEquals([access.server, access.namespace], ["https://a.test", "default"]);
  assertEquals([...host.reads.keys()], ["/work/a.yaml"]);

  const error = await refused(loadKubeConfig({ kubeconfig: "/none.yaml" }, host));
  assertEquals(error.tried, [{ source: 'file "/none.yaml"', reason: "it does not exist" }]);
  assertStringIncludes(error.message, '/none.yaml"');

  const pod = fakeHost({ "/empty": "", ...IN_POD }, { HOME: "/home/me", ...POD });
  const empty = await refused(loadKubeConfig({ kubeconfig: "/empty" }, pod));
  assertEquals(empty.tried, [{ source: 'file "/empty"', reason: "it names no current-context" }]);
});

Deno.test("KUBECONFIG comes before the home directory, which comes before the pod's account", async () => {
  const host = fakeHost({ [HOME_FILE]: fileOf("home"), "/k": fileOf("k"), ...IN_POD }, { HOME: "/home/me", ...POD });
  assertEquals((await loadKubeConfig({}, host)).server, "https://home.test");
  host.variables.set("KUBECONFIG", "/k");
  assertEquals((await loadKubeConfig({}, host)).server, "https://k.test");
  host.variables.set("KUBECONFIG", "");
  assertEquals((await loadKubeConfig({}, host)).server, "https://home.test");
  host.files.delete(HOME_FILE);
  const access = await loadKubeConfig({}, host);
  assertEquals([access.server, access.namespace, access.tls], ["https://10.0.0.1:443", "mine", {
    ca: CA,
    insecure: false,
  }]);
  assertEquals(headerOf((await access.credentials()).headers, "Authorization"), "Bearer pod-token");
});

Deno.test("where there is nothing at all, every place is told with why", async () => {
  const error = await refused(loadKubeConfig({}, fakeHost()));
  assertEquals(error.message, "Cannot find a Kubernetes configuration");
  assertEquals(error.tried, [
    { source: "KUBECONFIG", reason: "it is not set" },
    { source: `file "${HOME_FILE}"`, reason: "it does not exist" },
    {
      source: "the service account of this pod",
      reason: "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set",
    },
  ]);
  assertStringIncludes(error.hint!, "KUBECONFIG");

  const homeless = await refused(loadKubeConfig({}, fakeHost({}, {})));
  assertEquals(homeless.tried[1], { source: "~/.kube/config", reason: "no home directory is known: HOME is not set" });
});

Deno.test("nothing falls back from what is there and no good", async () => {
  const denied = Object.assign(new Error("secret words"), { code: "EACCES" });
  const files = { [HOME_FILE]: fileOf("home"), "/denied": denied, "/bad": "a: [", ...IN_POD };
  const host = fakeHost(files, { HOME: "/home/me", ...POD });
  for (
    const [list, reason] of [
      ["/missing:/gone", "it does not exist"],
      ["/denied", "this program may not read it"],
      ["/bad", "line 1, column 5: it is not valid YAML (bad indent)"],
      ["/missing:/bad", "line 1, column 5: it is not valid YAML (bad indent)"],
    ] as const
  ) {
    host.variables.set("KUBECONFIG", list);
    const { tried, hint } = await refused(loadKubeConfig({}, host));
    assertEquals([tried.at(-1)!.reason, typeof hint], [reason, "string"]);
    assertEquals(tried.map(({ source }) => source), list.split(":").map((path) => `file "${path}"`));
  }
  host.variables.delete("KUBECONFIG");
  for (const text of ["{", "- a", "kind: Pod", "clusters: 5"]) {
    host.files.set(HOME_FILE, text);
    const { tried } = await refused(loadKubeConfig({}, host));
    assertEquals(tried.map(({ source }) => source), ["KUBECONFIG", `file "${HOME_FILE}"`]);
  }
});

Deno.test("an empty configuration is none: the pod's account is next, as with kubectl", async () => {
  const host = fakeHost({ "/empty": "", ...IN_POD }, { HOME: "/home/me", KUBECONFIG: "/empty", ...POD });
  assertEquals((await loadKubeConfig({}, host)).server, "https://10.0.0.1:443");
  host.variables.delete("KUBERNETES_SERVICE_HOST");
  const { tried } = await refused(loadKubeConfig({}, host));
  assertEquals(tried[0], { source: 'file "/empty"', reason: "it has no clusters and no contexts" });
});

Deno.test("variables that may not be read decide nothing in silence", async () => {
  const host = fakeHost({ [HOME_FILE]: fileOf("home") });
  const denying = {
    ...host,
    env: () => {
      throw Object.assign(new Error("no"), { name: "NotCapable" });
    },
  };
  const { tried, hint } = await refused(loadKubeConfig({}, denying));
  assertEquals(tried, [{ source: "variable KUBECONFIG", reason: "this program may not read it" }]);
  assertStringIncludes(hint!, "--allow-env");
});

// kubernetes-api: the table that was verified with kubectl.
Deno.test("files of KUBECONFIG are merged: the first that names an entry has it, whole", async () => {
  const m1 = `
current-context: one
contexts:
- {name: one, context: {cluster: shared, user: red, namespace: first}}
- {name: across, context: {cluster: second, user: red}}
clusters:
- {name: shared, cluster: {server: "https://m1.test"}}
users:
- {name: red, user: {token: m1-token}}
`;
  const m2 = `
current-context: two
contexts:
- {name: two, context: {cluster: second, user: red}}
- {name: one, context: {cluster: second, user: red}}
clusters:
- {name: shared, cluster: {server: "https://m2.test", tls-server-name: name.test}}
- {name: second, cluster: {server: "https://second.test"}}
users:
- {name: red, user: {username: me, password: m2}}
`;
  const host = fakeHost({ "/m1": m1, "/m2": m2 });
  for (
    const [list, context, server, authorization] of [
      ["/m1:/m2", undefined, "https://m1.test", "Bearer m1-token"],
      ["/m2:/m1", undefined, "https://second.test", "Basic bWU6bTI="],
      [":/m1::/m2:", undefined, "https://m1.test", "Bearer m1-token"],
      ["/m1:/m1", undefined, "https://m1.test", "Bearer m1-token"],
      ["/missing:/m1", undefined, "https://m1.test", "Bearer m1-token"],
      ["/m1:/m2", "two", "https://second.test", "Bearer m1-token"],
      ["/m1:/m2", "across", "https://second.test", "Bearer m1-token"],
      ["/m2:/m1", "one", "https://second.test", "Basic bWU6bTI="],
    ] as const
  ) {
    host.variables.set("KUBECONFIG", list);
    const access = await loadKubeConfig({ context }, host);
    const { headers } = await access.credentials();
    assertEquals([list, context, access.server, headerOf(headers, "Authorization")], [
      list,
      context,
      server,
      authorization,
    ]);
    assertEquals(access.tls.serverName, undefined, "fields of another file's entry are not filled in");
  }
});

Deno.test("relative paths go from the directory of the file that has them", async () => {
  const files = {
    "/a/one": fileOf("one", "{tokenFile: keys/token}"),
    "/b/two": fileOf("two", "{tokenFile: ../c/token}"),
    "/a/keys/token": "of-one",
    "/c/token": "of-two",
  };
  const host = fakeHost(files, { KUBECONFIG: "/a/one:/b/two", HOME: "/" });
  for (const context of ["one", "two"]) {
    const { headers } = await (await loadKubeConfig({ context }, host)).credentials();
    assertEquals(headers, [["Authorization", `Bearer of-${context}`]]);
  }
});

Deno.test("a context that is not there, with those that are", async () => {
  const host = fakeHost({ "/a": fileOf("a"), "/b": fileOf("b") }, { KUBECONFIG: "/a:/b", HOME: "/" });
  const error = await refused(loadKubeConfig({ context: "c" }, host));
  assertEquals(error.message, 'Cannot use Kubernetes configuration from KUBECONFIG=/a:/b: it has no context "c"');
  assertEquals(error.hint, 'It has these of that kind: "a", "b"');
  const nowhere = await refused(loadKubeConfig({ context: "c" }, fakeHost({}, { HOME: "/home/me", ...POD })));
  assertEquals(nowhere.message, 'Cannot find the context "c": there is no kubeconfig');
});

Deno.test("misuse is told before anything is read", async () => {
  const host = fakeHost();
  for (
    const [options, message] of [
      [{ kubeconfig: "" }, "Cannot use an empty kubeconfig: leave it out for the default"],
      [{ context: 5 }, "Cannot use a number as context: pass a string"],
      [{ namespace: "a/b" }, 'Cannot use "a/b" as namespace: it is not a DNS label'],
      [{ fetch: "x" }, "Cannot use a string as fetch: pass a function"],
      [{ pluginTimeoutMs: "1" }, "Cannot use a string as pluginTimeoutMs: pass a number"],
    ] as const
  ) {
    const error = await loadKubeConfig(options as never, host).catch((error) => error);
    assertEquals([error.name, error.message], ["TypeError", message]);
  }
  const reason = new Error("enough");
  assertEquals(
    await loadKubeConfig({ signal: AbortSignal.abort(reason) }, host).catch((error) => error === reason),
    true,
  );
  assertEquals(host.reads.size, 0);
});

Deno.test("an abort ends the waiting for a file that nobody writes", async () => {
  const controller = new AbortController();
  const host = { ...fakeHost(), readText: () => new Promise<string>(() => controller.abort("given up")) };
  assertEquals(
    await loadKubeConfig({ kubeconfig: "/pipe", signal: controller.signal }, host).catch((error) => error),
    "given up",
  );
});
