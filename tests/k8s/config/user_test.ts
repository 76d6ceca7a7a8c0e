import { assertEquals, assertStringIncludes } from "@std/assert";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import { configOf, type Entry, type FakeHost, fakeHost, refused } from "./tools.ts";

const CERT = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----";
const KEY = "-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----";
const PAIR = { "client-certificate-data": btoa(CERT), "client-key-data": btoa(KEY) };

const accessOf = (user: Entry, host: FakeHost = fakeHost(), server: string = "https://api.test") =>
  accessFromConfig(configOf({ server }, user), {}, host);

const credentialsOf = async (user: Entry, server?: string) =>
  await (await accessOf(user, fakeHost(), server)).credentials();

// kubernetes-api: which credential is sent, verified with kubectl.
Deno.test("a token, a password, a certificate, and what goes together", async () => {
  const basic = "Basic bWU6cMOkc3M6dw==";
  for (
    const [user, authorization, hasCertificate] of [
      [{}, undefined, false],
      [{ token: "a" }, "Bearer a", false],
      [{ username: "me", password: "päss:w" }, basic, false],
      [PAIR, undefined, true],
      [{ ...PAIR, token: "a" }, "Bearer a", true],
      [{ token: "a", exec: { command: "/never" } }, "Bearer a", false],
      [{ ...PAIR, exec: { command: "/never" } }, undefined, true],
      [{ username: "me", password: "päss:w", exec: { command: "/never" } }, basic, false],
    ] as const
  ) {
    assertEquals(await credentialsOf(user), {
      headers: authorization === undefined ? [] : [["Authorization", authorization]],
      ...(hasCertificate && { cert: CERT, key: KEY }),
    });
  }
});

Deno.test("nothing secret goes over plain HTTP, as with kubectl", async () => {
  assertEquals(await credentialsOf({ ...PAIR, token: "a", as: "jane" }, "http://api.test"), {
    headers: [["Impersonate-User", "jane"]],
  });
});

Deno.test("tokenFile is what counts, trimmed, and read again as it is replaced", async () => {
  const host = fakeHost({ "/token": " first\n" });
  const access = await accessOf({ token: "static", tokenFile: "/token" }, host);
  const token = async () => (await access.credentials()).headers[0]![1];
  assertEquals(await token(), "Bearer first");
  host.files.set("/token", "second\n");
  assertEquals([await token(), host.reads.get("/token")], ["Bearer first", 1]);
  host.time += 60_000;
  assertEquals(await token(), "Bearer second");
  host.files.set("/token", "");
  host.time += 60_000;
  assertEquals(await token(), "Bearer second", "an empty file: the last good one");
  host.files.delete("/token");
  host.time += 60_000;
  assertEquals(await token(), "Bearer second", "no file: the last good one");

  const absent = await accessOf({ token: "static", tokenFile: "/absent" }, host);
  assertEquals((await absent.credentials()).headers, [["Authorization", "Bearer static"]]);
  host.files.set("/absent", "there");
  host.time += 60_000;
  assertEquals((await absent.credentials()).headers, [["Authorization", "Bearer there"]]);
});

Deno.test("a refused token is read again at once, and the same one is given where there is no other", async () => {
  const host = fakeHost({ "/token": "first" });
  const access = await accessOf({ tokenFile: "/token" }, host);
  const first = await access.credentials();
  assertEquals(await access.credentials({ refused: first }), first);
  host.files.set("/token", "second");
  const second = await access.credentials({ refused: first });
  assertEquals(second.headers, [["Authorization", "Bearer second"]]);
  const reads = host.reads.get("/token");
  assertEquals(await access.credentials({ refused: first }), second, "there is another already");
  assertEquals(host.reads.get("/token"), reads);
});

Deno.test("certificates in files are read again, too", async () => {
  const host = fakeHost({ "/cert": CERT, "/key": KEY });
  const access = await accessOf({ "client-certificate": "/cert", "client-key": "/key" }, host);
  assertEquals(await access.credentials(), { headers: [], cert: CERT, key: KEY });
  host.files.set("/cert", CERT.replace("AA==", "BB=="));
  host.time += 60_000;
  assertEquals((await access.credentials()).cert, CERT.replace("AA==", "BB=="));
});

Deno.test("impersonation: a line for each group and each value, names encoded", async () => {
  const { headers } = await credentialsOf({
    token: "t",
    as: "jané",
    "as-uid": "7",
    "as-groups": ["system:masters", "a, b"],
    "as-user-extra": { "scopes.example/x y%": ["1", "2"], Reason: ["x"] },
  });
  assertEquals(headers, [
    ["Authorization", "Bearer t"],
    ["Impersonate-User", "jan\xc3\xa9"],
    ["Impersonate-Uid", "7"],
    ["Impersonate-Group", "system:masters"],
    ["Impersonate-Group", "a, b"],
    ["Impersonate-Extra-scopes.example%2fx%20y%25", "1"],
    ["Impersonate-Extra-scopes.example%2fx%20y%25", "2"],
    ["Impersonate-Extra-Reason", "x"],
  ]);
});

Deno.test("users that cannot be", async () => {
  const host = fakeHost({ "/empty": "\n", "/cert": CERT, "/text": "hello", "/odd": "a\nb" });
  for (
    const [user, message, hint] of [
      [{ token: "a", username: "me" }, "username and a token are both given", "Leave"],
      [{ tokenFile: "/cert", password: "p" }, "username and a token are both given", "Leave"],
      [{ token: "a\nb" }, "token holds characters that no header can carry"],
      [{ tokenFile: "/none" }, 'tokenFile is file "/none": it does not exist', "path"],
      [{ tokenFile: "/empty" }, 'tokenFile is file "/empty", which is empty'],
      [{ tokenFile: "token" }, "tokenFile is a relative path", "absolute"],
      [{ "client-certificate": "/cert" }, "client-key is missing"],
      [{ "client-key-data": btoa(KEY) }, "client-certificate is missing"],
      [
        { "client-certificate": "/text", "client-key": "/text" },
        'client-certificate is file "/text", which holds no PEM',
      ],
      [{ ...PAIR, "client-key": "/key" }, "client-key-data and client-key are both given", "Leave"],
      [{ ...PAIR, "client-key-data": btoa(CERT) }, "client-key-data holds no PEM"],
      [{ "auth-provider": { name: "gcp" } }, "auth-provider is a way to log in that Kubernetes has given up", "exec"],
      [{ "as-groups": ["a"] }, "as-groups is given without as", "as"],
      [{ "as-uid": "1" }, "as-uid is given without as", "as"],
      [{ "as-user-extra": { a: ["b"] } }, "as-user-extra is given without as", "as"],
      [{ as: "a\r\nX: b" }, "as holds characters that no header can carry"],
    ] as const
  ) {
    const error = await refused(accessOf(user, host));
    assertStringIncludes(error.message, `users[0].user.${message}`);
    if (hint !== undefined) assertStringIncludes(error.hint ?? "", hint);
  }
  const access = await accessOf({ tokenFile: "/cert2" }, fakeHost({ "/cert2": "good" }));
  assertEquals((await access.credentials()).headers.length, 1);
});

Deno.test("an aborted signal asks for nothing", async () => {
  const host = fakeHost({ "/token": "first" });
  const access = await accessOf({ tokenFile: "/token" }, host);
  const reason = new Error("enough");
  host.time += 60_000;
  assertEquals(
    await access.credentials({ signal: AbortSignal.abort(reason) }).catch((error) => error === reason),
    true,
  );
  assertEquals(host.reads.get("/token"), 1);
});
