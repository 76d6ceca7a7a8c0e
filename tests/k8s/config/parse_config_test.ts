import { assertEquals, assertStringIncludes } from "@std/assert";
import { loadKubeConfig } from "../../../src/k8s/config/load_config.ts";
import { fakeHost, fileOf, headerOf, refused } from "./tools.ts";

const load = (text: string) => loadKubeConfig({ kubeconfig: "/k" }, fakeHost({ "/k": text }));

/** A file whose user is written as given, each line with its own indent. */
const withUser = (user: string) => fileOf("a").replace("  user: {}", `  user:\n    ${user.replaceAll("\n", "\n    ")}`);

const tokenOf = async (text: string) => headerOf((await (await load(text)).credentials()).headers, "Authorization");

Deno.test("what kubectl reads is read: JSON, unknown fields, one document, comments, anchors", async () => {
  const json = JSON.stringify({
    "current-context": "a",
    contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    clusters: [{ name: "a", cluster: { server: "https://a.test" } }],
    users: [{ name: "a", user: { token: "in-json" } }],
    preferences: {},
    extensions: null,
  });
  assertEquals(await tokenOf(json), "Bearer in-json");
  assertEquals(await tokenOf(withUser("token: plain # not this\nunknown: 5")), "Bearer plain");
  assertEquals(await tokenOf(`${withUser("token: first")}---\nusers: 5\n`), "Bearer first");
  assertEquals(await tokenOf(withUser("token: &t shared\nunknown: *t")), "Bearer shared");
  assertEquals(await tokenOf(withUser('token: "2026-01-01"')), "Bearer 2026-01-01");
  assertEquals(
    await tokenOf(fileOf("a", "{token: in-flow}").replace("apiVersion: v1\nkind: Config\n", "")),
    "Bearer in-flow",
  );
  const yes = fileOf("a").replace('"https://a.test"}', '"https://a.test", insecure-skip-tls-verify: yes}');
  assertEquals((await load(yes)).tls.insecure, true, "YAML 1.1, in which yes is true");
});

Deno.test("what is no YAML is told with file, line and column", async () => {
  for (
    const [text, where, reason] of [
      ["a: b: c", "line 1, column 4", "block as implicit key"],
      [`${fileOf("a")}  x: [`, "line 14, column 7", "bad indent"],
      ["a: 1\na: 2", "line 2, column 1", "duplicate key"],
      ["a:\n\t- b", "line 2, column 1", "tab as indent"],
      ['a: "unfinished', "line 1, column 15", "missing char"],
    ] as const
  ) {
    const error = await refused(load(text));
    assertEquals(
      error.message,
      `Cannot use Kubernetes configuration from file "/k": ${where}: it is not valid YAML (${reason})`,
    );
    assertEquals(error.hint, 'Correct file "/k"');
  }
  // JSON with a mistake is read as YAML, which most of it is.
  const broken = await refused(load('{"clusters": [}'));
  assertStringIncludes(broken.message, "line 1, column ");
});

Deno.test("an alias that leads nowhere, or multiplies without end, is no configuration", async () => {
  const bomb = Array.from({ length: 12 }, (_, i) => `a${i}: &a${i} [${i ? Array(9).fill(`*a${i - 1}`) : "x"}]`).join(
    "\n",
  );
  for (const text of ["a: *b", bomb]) {
    assertStringIncludes((await refused(load(text))).message, "it is not valid YAML");
  }
});

Deno.test("a field of another type is told with its line and its name, not its value", async () => {
  for (
    const [text, reason] of [
      ["- a", "it is no map"],
      ["5", "it is no map"],
      ["kind: Pod", 'line 1: kind is not "Config"'],
      ["apiVersion: v2", 'line 1: apiVersion is not "v1"'],
      ["clusters: 5", "line 1: clusters is a number, not a list"],
      ["clusters:\n- 5", "line 2: clusters[0] is a number, not a map"],
      ["users:\n- {name: 5}", "line 2: users[0].name is a number, not a string"],
      [withUser("token: 12345"), "line 14: users[0].user.token is a number, not a string"],
      [withUser("token: [a]"), "line 14: users[0].user.token is a list, not a string"],
      [withUser("token: yes"), "line 14: users[0].user.token is a boolean, not a string"],
      [withUser("as: me\nas-groups: me"), "line 15: users[0].user.as-groups is a string, not a list"],
      [withUser("as: me\nas-groups: [a, 5]"), "line 15: users[0].user.as-groups[1] is a number, not a string"],
      [withUser("exec: x"), "line 14: users[0].user.exec is a string, not a map"],
    ] as const
  ) {
    const error = await refused(load(text));
    assertEquals(error.message, `Cannot use Kubernetes configuration from file "/k": ${reason}`);
    assertEquals(error.tried, [{ source: 'file "/k"', reason }]);
  }
  const quoted = fileOf("a").replace('"https://a.test"}', '"https://a.test", insecure-skip-tls-verify: "true"}');
  assertStringIncludes((await refused(load(quoted))).message, "is a string, not true or false");
});

Deno.test("a name occurs once in a file", async () => {
  const text = `${fileOf("a")}- name: a\n  user: {}\n`;
  const { message } = await refused(load(text));
  assertStringIncludes(message, 'line 14: users[1].name is "a", as in an earlier one of the users');
});

Deno.test("names of the language's own are names like others", async () => {
  const text = fileOf("__proto__", "{token: t}");
  assertEquals(await tokenOf(text), "Bearer t");
  assertStringIncludes(
    (await refused(load(fileOf("a").replace("user: a}", "user: constructor}")))).message,
    "constructor",
  );
});
