/** That the URLs are those a daemon takes is replayed in tests/replay/; this is the rest. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RuntimeClient, type RuntimeClientOptions, UnsupportedError } from "../../mod.ts";
import { answered, GATEWAY, ID } from "../ports/tools.ts";

const never = () => Promise.reject(new Error("nothing is asked for"));
const filesOf = (options: RuntimeClientOptions) => new RuntimeClient({ ...GATEWAY, fetch: never, ...options }).files;

Deno.test("Filesystem.downloadUrl() is that of docs/protocol.md, percent-encoded", async () => {
  const runtimeToken = "a94a8fe5-ccb1-4ba6-9c4c-0873d391e987";
  const url = await filesOf({ runtimeToken, user: "user" }).downloadUrl("n.txt");
  assertEquals(
    url,
    `http://gateway.test:7788/kruise/${ID}/49983/files?path=n.txt&username=user&signature=v1_o6VxAuMw6kYckoWhnetUiX6Z4aWxGV6BOAqSPew%2BUPw`,
  );
});

Deno.test("Filesystem.downloadUrl() is where the routing has the daemon", async () => {
  const at = async (options: RuntimeClientOptions) =>
    (await filesOf({ user: "user", ...options }).downloadUrl("/ü b")).split("?")[0];
  assertEquals(await at({}), `http://gateway.test:7788/kruise/${ID}/49983/files`);
  assertEquals(await at({ routing: "path" }), `http://gateway.test:7788/kruise/${ID}/49983/files`);
  assertEquals(await at({ routing: "host" }), `http://49983-${ID}.gateway.test:7788/files`);
  assertEquals(await at({ runtimePort: 4000, scheme: "https" }), `https://gateway.test:7788/kruise/${ID}/4000/files`);
  assertEquals(await at({ domain: undefined, sandboxBaseUrl: "http://host.test/d" }), "http://host.test/d/files");
});

Deno.test("Filesystem.downloadUrl() has no signature where there is no token, and the token of the moment where there is", async () => {
  const open = await filesOf({ user: "user" }).downloadUrl("a b", { expiresInSeconds: 5 });
  assertEquals(open.split("?")[1], "path=a%20b&username=user");
  let asked = 0;
  const files = filesOf({ user: "user", runtimeToken: () => `token ${++asked}` });
  const [first, second] = [await files.downloadUrl("x"), await files.uploadUrl("x")];
  assertEquals(asked, 1);
  assert(first !== second, "reading is not writing");
  assert(await files.downloadUrl("x", { user: "node" }) !== first.replace("=user", "=node"), "the account is signed");
});

Deno.test("Filesystem.downloadUrl() learns the account by one request, if it must", async () => {
  const { sandbox, sent } = answered(() =>
    Response.json({ code: "unauthenticated", message: "invalid username: 'node'" }, { status: 401 })
  );
  const url = await sandbox.files.downloadUrl("x").catch((error) => error);
  assertEquals([typeof url, sent.length], ["object", 2]);
  const known = answered((_, i) =>
    i === 0
      ? Response.json({ code: "unauthenticated", message: "invalid username: 'node'" }, { status: 401 })
      : Response.json({ code: "not_found", message: "no home" }, { status: 404 })
  );
  for (let i = 0; i < 2; i++) {
    assertEquals(new URL(await known.sandbox.files.downloadUrl("x")).searchParams.get("username"), "root");
  }
  assertEquals(known.sent.length, 2);
});

Deno.test("Filesystem.downloadUrl() refuses a life that is none", async () => {
  const files = filesOf({ user: "user", runtimeToken: "rt" });
  for (const expiresInSeconds of [0, -1, 1.5, NaN, Infinity, 2 ** 53]) {
    await assertRejects(() => files.downloadUrl("x", { expiresInSeconds }), RangeError, "expiresInSeconds");
  }
  await assertRejects(() => files.downloadUrl("x", { expiresInSeconds: "5" as never }), TypeError, "expiresInSeconds");
});

Deno.test("Filesystem.uploadUrl() makes no request with an aborted signal", async () => {
  const { sandbox, sent } = answered(() => new Response());
  const reason = new Error("mine");
  const error = await sandbox.files.uploadUrl("x", { signal: AbortSignal.abort(reason) }).catch((error) => error);
  assertEquals([error, sent.length], [reason, 0]);
});

Deno.test("Filesystem.downloadUrl() shows neither token nor signature where it fails", async () => {
  const before = Object.getOwnPropertyDescriptor(Crypto.prototype, "subtle")!;
  Object.defineProperty(Crypto.prototype, "subtle", { value: undefined, configurable: true });
  try {
    const files = filesOf({ user: "user", runtimeToken: "a-secret-token" });
    const error = await assertRejects(() => files.downloadUrl("x"), UnsupportedError, "WebCrypto");
    assertEquals(Deno.inspect(error).includes("a-secret-token"), false);
  } finally {
    Object.defineProperty(Crypto.prototype, "subtle", before);
  }
});
