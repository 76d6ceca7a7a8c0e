import { assertEquals, assertStringIncludes } from "@std/assert";
import { inClusterAccess } from "../../../src/k8s/config/load_config.ts";
import { fakeHost, refused } from "./tools.ts";

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
const CA = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

function pod(host: string = "10.0.0.1") {
  const files = { [`${ACCOUNT}/token`]: "first\n", [`${ACCOUNT}/ca.crt`]: CA, [`${ACCOUNT}/namespace`]: "mine\n" };
  return fakeHost(files, { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: "6443" });
}

Deno.test("the address of the server is in brackets where it is one of IPv6", async () => {
  for (
    const [host, server] of [
      ["10.0.0.1", "https://10.0.0.1:6443"],
      ["fd00::1", "https://[fd00::1]:6443"],
      ["kubernetes.default.svc", "https://kubernetes.default.svc:6443"],
    ] as const
  ) assertEquals((await inClusterAccess({}, pod(host))).server, server);
});

Deno.test("the namespace is the caller's, POD_NAMESPACE, the account's, or default", async () => {
  const host = pod();
  assertEquals((await inClusterAccess({}, host)).namespace, "mine");
  host.variables.set("POD_NAMESPACE", "other");
  assertEquals((await inClusterAccess({}, host)).namespace, "other");
  assertEquals((await inClusterAccess({ namespace: "given" }, host)).namespace, "given");
  host.variables.delete("POD_NAMESPACE");
  host.files.delete(`${ACCOUNT}/namespace`);
  assertEquals((await inClusterAccess({}, host)).namespace, "default");
});

Deno.test("the token is read again as it is replaced, and at once where it was refused", async () => {
  const host = pod();
  const access = await inClusterAccess({}, host);
  const first = await access.credentials();
  host.files.set(`${ACCOUNT}/token`, "second\n");
  assertEquals(await access.credentials(), first, "no file is read for each request");
  host.time += 60_000;
  const second = await access.credentials();
  assertEquals(second.headers, [["Authorization", "Bearer second"]]);
  host.files.set(`${ACCOUNT}/token`, "third\n");
  assertEquals((await access.credentials({ refused: second })).headers, [["Authorization", "Bearer third"]]);
  host.files.delete(`${ACCOUNT}/token`);
  host.time += 60_000;
  assertEquals((await access.credentials()).headers, [["Authorization", "Bearer third"]], "while it is being replaced");
});

Deno.test("a token's file that holds something else is told, and what it holds is not", async () => {
  const host = pod();
  const access = await inClusterAccess({}, host);
  host.files.set(`${ACCOUNT}/token`, "one-secret\nanother-secret");
  host.time += 60_000;
  const { message } = await refused(access.credentials());
  assertEquals(message, `Cannot use Kubernetes configuration from "${ACCOUNT}/token": it holds no token`);
});

Deno.test("what is missing of a pod's account is told", async () => {
  for (const file of ["token", "ca.crt"]) {
    const host = pod();
    host.files.delete(`${ACCOUNT}/${file}`);
    const { message, tried, hint } = await refused(inClusterAccess({}, host));
    assertStringIncludes(message, `${ACCOUNT}/${file}`);
    assertEquals([tried.at(-1)!.reason, typeof hint], ["it does not exist", "string"]);
  }
  const empty = pod();
  empty.files.set(`${ACCOUNT}/token`, "\n");
  assertEquals((await refused(inClusterAccess({}, empty))).tried.at(-1)!.reason, "it holds no token");
  const outside = await refused(inClusterAccess({}, fakeHost()));
  assertEquals(outside.message, "Cannot find the service account of a pod: this is none");
  assertStringIncludes(outside.hint!, "load");
});

Deno.test("a file or a context cannot be chosen with it", async () => {
  for (const options of [{ kubeconfig: "/x" }, { context: "x" }]) {
    assertEquals((await inClusterAccess(options, pod()).catch((error) => error)).name, "TypeError");
  }
});
