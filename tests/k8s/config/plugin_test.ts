import { assertEquals, assertStringIncludes } from "@std/assert";
import { Fields } from "../../../src/k8s/config/fields.ts";
import { loadHost } from "../../../src/k8s/config/host.ts";
import { pluginIdentity } from "../../../src/k8s/config/plugin.ts";
import { ConfigSource } from "../../../src/k8s/config/source.ts";
import { accessBy, answer, execOf, makePlugin, printing } from "./plugin_tools.ts";
import { type Entry, refused } from "./tools.ts";

const CERT = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const KEY = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";
const V1 = "client.authentication.k8s.io/v1";
const V1BETA1 = "client.authentication.k8s.io/v1beta1";

Deno.test("a token, a certificate or both, of either version", async () => {
  const pair = { clientCertificateData: CERT, clientKeyData: KEY };
  for (
    const [status, apiVersion, expected] of [
      [{ token: "t" }, V1, { headers: [["Authorization", "Bearer t"]] }],
      [{ token: "t" }, V1BETA1, { headers: [["Authorization", "Bearer t"]] }],
      [pair, V1BETA1, { headers: [], cert: CERT, key: KEY }],
      [{ ...pair, token: "t" }, V1, { headers: [["Authorization", "Bearer t"]], cert: CERT, key: KEY }],
    ] as const
  ) {
    await using plugin = await makePlugin(printing(answer(status, { apiVersion })));
    const mode = apiVersion === V1BETA1 ? { interactiveMode: undefined } : {};
    const access = await accessBy(execOf(plugin.command, { apiVersion, ...mode }));
    assertEquals(await plugin.runs(), 0, "not before it is needed");
    assertEquals(await access.credentials(), expected as never);
  }
});

Deno.test("it gets its arguments, its environment and what is asked, and no input", async () => {
  await using plugin = await makePlugin(
    `printf '%s\\n' "$@" >"$dir/args"; printf '%s' "$OWN|$PATH" >"$dir/env"; printf '%s' "$KUBERNETES_EXEC_INFO" >"$dir/info"
    wc -c >"$dir/stdin"\n${printing(answer({ token: "t" }))}`,
  );
  const ca = btoa(CERT);
  const extension = { name: "client.authentication.k8s.io/exec", extension: { audience: "x" } };
  const cluster = {
    server: "https://api.test/path/",
    "certificate-authority-data": ca,
    "tls-server-name": "name.test",
    "proxy-url": "http://proxy.test",
    "disable-compression": true,
    extensions: [{ name: "other", extension: 5 }, extension],
  };
  const read = (name: string) => Deno.readTextFile(`${plugin.dir}/${name}`);
  const more = { args: ["a b", "$HOME"], env: [{ name: "OWN", value: "5" }], interactiveMode: "IfAvailable" };
  await (await accessBy(execOf(plugin.command, more), { cluster })).credentials();
  assertEquals(await read("args"), "a b\n$HOME\n");
  assertEquals(await read("env"), `5|${Deno.env.get("PATH")}`);
  assertEquals((await read("stdin")).trim(), "0");
  assertEquals(JSON.parse(await read("info")), {
    kind: "ExecCredential",
    apiVersion: V1,
    spec: { interactive: false },
  });

  await (await accessBy(execOf(plugin.command, { ...more, provideClusterInfo: true }), { cluster })).credentials();
  assertEquals(JSON.parse(await read("info")).spec, {
    interactive: false,
    cluster: {
      server: "https://api.test/path",
      "certificate-authority-data": ca,
      "tls-server-name": "name.test",
      "proxy-url": "http://proxy.test",
      "disable-compression": true,
      config: { audience: "x" },
    },
  });
});

Deno.test("what it gives is kept until it ends, and it is run once for all who wait", async () => {
  const clock = { time: Date.parse("2026-01-01T00:00:00Z") };
  await using plugin = await makePlugin(printing(answer({ token: "t", expirationTimestamp: "2026-01-01T01:00:00Z" })));
  const access = await accessBy(execOf(plugin.command), { clock });
  await Promise.all([access.credentials(), access.credentials(), access.credentials()]);
  await access.credentials();
  assertEquals(await plugin.runs(), 1);
  clock.time += 58 * 60_000;
  await access.credentials();
  assertEquals(await plugin.runs(), 1);
  clock.time += 60_001;
  await access.credentials();
  assertEquals(await plugin.runs(), 2, "a minute before the end");

  await using forever = await makePlugin(printing(answer({ token: "t" })));
  const kept = await accessBy(execOf(forever.command), { clock });
  await kept.credentials();
  clock.time += 1e12;
  await kept.credentials();
  assertEquals(await forever.runs(), 1);
});

Deno.test("what was refused is asked for again, once for all who were refused", async () => {
  await using plugin = await makePlugin(
    `n=$(wc -l <"$dir/runs"); echo '${answer({ token: "N" })}' | sed "s/N/t$((n))/"`,
  );
  const access = await accessBy(execOf(plugin.command));
  const first = await access.credentials();
  assertEquals(first.headers, [["Authorization", "Bearer t1"]]);
  const all = await Promise.all([1, 2, 3].map(() => access.credentials({ refused: first })));
  assertEquals(all.map(({ headers }) => headers[0]![1]), ["Bearer t2", "Bearer t2", "Bearer t2"]);
  assertEquals((await access.credentials({ refused: first })).headers[0]![1], "Bearer t2");
  assertEquals(await plugin.runs(), 2);
});

Deno.test("a command goes from the directory of its file where it has a separator, else through PATH", async () => {
  await using plugin = await makePlugin(printing(answer({ token: "t" })));
  const relative = await refused(accessBy(execOf("bin/plugin")));
  assertStringIncludes(relative.message, "exec.command is a relative path");
  const env = [{ name: "PATH", value: plugin.dir }];
  const script = `#!/bin/sh\n/bin/cat <<'END'\n${answer({ token: "by-path" })}\nEND\n`;
  await Deno.writeTextFile(`${plugin.dir}/my-plugin`, script, { mode: 0o755 });
  const access = await accessBy(execOf("my-plugin", { env }));
  assertEquals((await access.credentials()).headers, [["Authorization", "Bearer by-path"]]);
});

Deno.test("entries that cannot be are refused when the configuration is loaded", async () => {
  for (
    const [more, message] of [
      [{ apiVersion: undefined }, "apiVersion is missing"],
      [{ apiVersion: "client.authentication.k8s.io/v1alpha1" }, "apiVersion is none that this client speaks"],
      [{ interactiveMode: undefined }, "interactiveMode is missing"],
      [{ interactiveMode: "Sometimes" }, "interactiveMode is none of the modes there are"],
      [{ interactiveMode: "Always" }, "interactiveMode is Always: the plugin asks its user questions"],
      [{ command: undefined }, "command is missing"],
      [{ env: [{ value: "x" }] }, "env[0].name is missing"],
    ] as const
  ) {
    const error = await refused(accessBy(execOf("/plugin", more)));
    assertStringIncludes(error.message, `users[0].user.exec.${message}`);
    assertEquals(typeof error.hint, "string");
  }
});

Deno.test("who was refused what is replaced already starts no plugin", async () => {
  await using plugin = await makePlugin(
    `echo x >>"$dir/count"; ` + 'n=$(wc -l <"$dir/count"); ' +
      `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%d"}}' "$n"`,
  );
  const exec = new Fields(new ConfigSource("a test"), execOf(plugin.command)["exec"] as Entry);
  const host = await loadHost("test");
  const identity = await pluginIdentity(exec, { host: () => Promise.resolve(host), cluster: {}, pluginTimeoutMs: 0 });
  const first = await identity({ renew: false });
  const isRefused = ({ authorization }: { authorization?: string }) => authorization === first.authorization;
  const renewed = [];
  for (let i = 0; i < 3; i++) renewed.push((await identity({ renew: true, isRefused })).authorization);
  assertEquals([first.authorization, renewed], ["Bearer t1", ["Bearer t2", "Bearer t2", "Bearer t2"]]);
  assertEquals(await plugin.runs(), 2);
});
