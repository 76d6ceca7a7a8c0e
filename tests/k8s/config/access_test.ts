import { assertEquals, assertStringIncludes } from "@std/assert";
import { accessFromConfig, loadKubeConfig } from "../../../src/k8s/config/load_config.ts";
import { configOf, type Entry, fakeHost, fileOf, refused } from "./tools.ts";

const SERVER = { server: "https://api.test" };
const PEM = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";

const accessOf = (cluster: Entry, user: Entry = {}, context: Entry = {}) =>
  accessFromConfig(configOf(cluster, user, context), {}, fakeHost());

Deno.test("the URL of a server: paths stay, without a scheme it is plain, the rest is dropped", async () => {
  for (
    const [server, expected] of [
      ["https://api.test", "https://api.test"],
      ["https://api.test:6443/", "https://api.test:6443"],
      ["https://rancher.test/k8s/clusters/c-1/", "https://rancher.test/k8s/clusters/c-1"],
      ["https://api.test/a?b=c#d", "https://api.test/a"],
      ["api.test:8080", "http://api.test:8080"],
      ["127.0.0.1:8001", "http://127.0.0.1:8001"],
      ["https://[fd00::1]:6443", "https://[fd00::1]:6443"],
      ["HTTPS://API.test", "https://api.test"],
    ] as const
  ) assertEquals((await accessOf({ server })).server, expected);
  for (const server of [undefined, "", "ftp://api.test", "https://", "https://me:secret@api.test"]) {
    const error = await refused(accessOf({ server }));
    assertStringIncludes(error.message, "clusters[0].cluster.server ");
    assertEquals(error.message.includes("secret"), false);
  }
});

Deno.test("the namespace is the caller's, the context's, or default", async () => {
  assertEquals((await accessOf(SERVER)).namespace, "default");
  const config = configOf(SERVER, {}, { namespace: "mine" });
  assertEquals((await accessFromConfig(config)).namespace, "mine");
  assertEquals((await accessFromConfig(config, { namespace: "given" })).namespace, "given");
});

Deno.test("the authorities of a whole system can be those of a cluster, also where a plugin is told of them", async () => {
  const ca = PEM.repeat(5000);
  const host = fakeHost({ "/ca.crt": ca });
  const config = configOf({ ...SERVER, "certificate-authority": "/ca.crt" }, { token: "t" });
  assertEquals((await accessFromConfig(config, {}, host)).tls.ca, ca);
});

Deno.test("a proxy-url is handed on as every engine understands it", async () => {
  for (
    const [given, expected] of [
      ["http://proxy.test:3128", "http://proxy.test:3128"],
      ["HTTP://me:secret@proxy.test:3128/", "http://me:secret@proxy.test:3128"],
      ["https:me:secret@proxy.test:3128", "https://me:secret@proxy.test:3128"],
      [" Socks5://proxy.test:1080 ", "socks5://proxy.test:1080"],
    ] as const
  ) assertEquals((await accessOf({ ...SERVER, "proxy-url": given })).tls.proxyUrl, expected);
});

Deno.test("settings of TLS are handed on", async () => {
  const { tls, compress } = await accessOf({
    ...SERVER,
    "certificate-authority-data": btoa(PEM).replace(/.{20}/g, "$&\n"),
    "tls-server-name": "name.test",
    "proxy-url": "http://user:password@proxy.test:3128",
    "disable-compression": true,
  });
  assertEquals([tls, compress], [
    { ca: PEM, serverName: "name.test", proxyUrl: "http://user:password@proxy.test:3128", insecure: false },
    false,
  ]);
  const insecure = await accessOf({ ...SERVER, "insecure-skip-tls-verify": true });
  assertEquals([insecure.tls, insecure.compress], [{ insecure: true }, true]);
});

Deno.test("an authority in a file", async () => {
  const text = fileOf("a").replace('"https://a.test"}', '"https://a.test", certificate-authority: ca.pem}');
  const host = fakeHost({ "/dir/k": text, "/dir/ca.pem": PEM });
  assertEquals((await loadKubeConfig({ kubeconfig: "/dir/k" }, host)).tls.ca, PEM);
  host.files.delete("/dir/ca.pem");
  const { message, hint } = await refused(loadKubeConfig({ kubeconfig: "/dir/k" }, host));
  assertStringIncludes(message, 'clusters[0].cluster.certificate-authority is file "/dir/ca.pem": it does not exist');
  assertStringIncludes(hint!, "path");
});

Deno.test("settings that contradict each other or are no good", async () => {
  const data = { "certificate-authority-data": btoa(PEM) };
  for (
    const [fields, message] of [
      [{ ...data, "insecure-skip-tls-verify": true }, "insecure-skip-tls-verify is true, and a certificate-authority"],
      [{ ...data, "certificate-authority": "/ca" }, "certificate-authority-data and certificate-authority are both"],
      [{ "certificate-authority-data": "%%%" }, "certificate-authority-data is not valid base64"],
      [{ "certificate-authority-data": btoa("hello") }, "certificate-authority-data holds no PEM"],
      [{ "certificate-authority": "ca.pem" }, "certificate-authority is a relative path"],
      [{ "proxy-url": "ftp://proxy.test" }, "proxy-url is no http:, https: or socks5: URL"],
      [{ "proxy-url": "proxy.test:3128" }, "proxy-url is no http:, https: or socks5: URL"],
      [{ "tls-server-name": 5 }, "tls-server-name is a number, not a string"],
    ] as const
  ) {
    const error = await refused(accessOf({ ...SERVER, ...fields }));
    assertStringIncludes(error.message, `from the configuration object: clusters[0].cluster.${message}`);
  }
});

Deno.test("a context, a cluster or a user that is not there", async () => {
  const config = configOf(SERVER);
  const text = "Cannot use Kubernetes configuration from the configuration object: ";
  for (
    const [changed, message, hint] of [
      [{ ...config, "current-context": undefined }, "it names no current-context", 'Pass context: "here"'],
      [{ ...config, "current-context": "x" }, 'it has no context "x"', 'It has these of that kind: "here"'],
      [{ ...config, clusters: [] }, 'it has no cluster "c"', "It has these of that kind: none"],
      [{ ...config, users: [] }, 'it has no user "u"', "It has these of that kind: none"],
      [configOf(SERVER, {}, { cluster: "" }), "its context names no cluster", 'It has these of that kind: "c"'],
      [{}, "it names no current-context", "Pass context: none"],
    ] as const
  ) {
    const error = await refused(accessFromConfig(changed));
    assertEquals([error.message, error.hint], [text + message, hint]);
  }
  const anonymous = await accessFromConfig(configOf(SERVER, {}, { user: "" }));
  assertEquals(await anonymous.credentials(), { headers: [] });
});

Deno.test("a configuration object needs no machine, and is no path", async () => {
  const { headers } = await (await accessFromConfig(configOf(SERVER, { token: "t" }))).credentials();
  assertEquals(headers, [["Authorization", "Bearer t"]]);
  for (const [config, options] of [["/path", {}], [null, {}], [configOf(), { kubeconfig: "/k" }]] as const) {
    assertEquals((await accessFromConfig(config as never, options).catch((error) => error)).name, "TypeError");
  }
});
