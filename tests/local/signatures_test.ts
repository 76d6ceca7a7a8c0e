/** What stands in a recording is in wire_test.ts; this is the rest of docs/protocol.md §6. */

import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { type LocalRuntime, startLocalRuntime } from "../../src/local/mod.ts";

const TOKEN = "a94a8fe5-ccb1-4ba6-9c4c-0873d391e987";

function signed(...parts: readonly (string | number)[]): string {
  return `v1_${createHash("sha256").update(parts.join(":")).digest("base64").replace(/=+$/, "")}`;
}

async function ask(
  { url }: LocalRuntime,
  query: Readonly<Record<string, string>> | string,
  init: RequestInit = {},
): Promise<string> {
  const search = typeof query === "string" ? query : new URLSearchParams(query);
  const response = await fetch(`${url}/files?${search}`, init);
  return `${response.status} ${(await response.text()).trim()}`;
}

const no = (message: string) => `401 ${JSON.stringify({ code: 401, message })}`;

for (const version of ["0.2.10", "0.6.13"] as const) {
  Deno.test(`signatures: the header decides before the signature does (${version})`, async () => {
    await using runtime = await startLocalRuntime({ version, token: TOKEN });
    const query = { path: "x", username: "root", signature: signed("x", "read", "root", TOKEN) };
    assertEquals(
      await ask(runtime, query),
      `404 {"code":404,"message":"path '${await home(runtime)}/x' does not exist"}`,
    );
    const wrong = no("access token present in header but does not match");
    assertEquals(await ask(runtime, query, { headers: { "x-access-token": "wrong" } }), wrong);
    const right = { ...query, signature: "v1_wrong", signature_expiration: "1" };
    assertEquals((await ask(runtime, right, { headers: { "x-access-token": TOKEN } })).slice(0, 3), "404");
    assertEquals(
      await ask(runtime, query, { headers: { "x-access-token": "" } }).then((text) => text.slice(0, 3)),
      "404",
    );
  });

  Deno.test(`signatures: of an open runtime nobody looks at them (${version})`, async () => {
    await using runtime = await startLocalRuntime({ version, token: "" });
    const query = { path: "x", username: "root", signature: "v1_wrong", signature_expiration: "1" };
    assertEquals((await ask(runtime, query)).slice(0, 3), "404");
  });

  Deno.test(`signatures: one that is wrong is not out of date (${version})`, async () => {
    await using runtime = await startLocalRuntime({ version, token: TOKEN });
    const now = Math.floor(Date.now() / 1000);
    const query = (until: number, name: string = "x") => ({
      path: "x",
      username: "root",
      signature: signed(name, "read", "root", TOKEN, until),
      signature_expiration: String(until),
    });
    assertEquals(await ask(runtime, query(now - 10)), no("signature is already expired"));
    assertEquals(await ask(runtime, query(-5)), no("signature is already expired"));
    assertEquals(await ask(runtime, query(now - 10, "y")), no("invalid signature"));
    assertEquals((await ask(runtime, query(now + 60))).slice(0, 3), "404");
  });

  Deno.test(`signatures: an expiration is a number, and what is sent twice is refused (${version})`, async () => {
    await using runtime = await startLocalRuntime({ version, token: TOKEN });
    const problem = (text: string, why: string) =>
      `400 Invalid format for parameter signature_expiration: error binding string parameter: strconv.ParseInt: parsing "${text}": ${why}`;
    const query = (expiration: string) => `path=x&username=root&signature=v1_x&signature_expiration=${expiration}`;
    for (const text of ["", "soon", "1.5", "1e9"]) {
      assertEquals(await ask(runtime, query(text)), problem(text, "invalid syntax"));
    }
    assertEquals(
      await ask(runtime, query("9223372036854775808")),
      problem("9223372036854775808", "value out of range"),
    );
    assertEquals(await ask(runtime, query("9223372036854775807")), no("invalid signature"));
    assertEquals(
      (await ask(runtime, `${query("1")}&signature=v1_y`)).slice(0, 52),
      "400 Invalid format for parameter signature: multiple",
    );
  });

  Deno.test(`signatures: a plus that is not escaped is a space (${version})`, async () => {
    await using runtime = await startLocalRuntime({ version, token: TOKEN });
    for (let i = 0;; i++) {
      const signature = signed(`x${i}`, "read", "root", TOKEN);
      if (!signature.includes("+")) continue;
      const raw = `path=x${i}&username=root&signature=${signature}`;
      assertEquals(await ask(runtime, raw), no("invalid signature"));
      assertEquals((await ask(runtime, raw.replaceAll("+", "%2B"))).slice(0, 3), "404");
      break;
    }
  });
}

Deno.test("signatures: of nobody, where the newer version needs no account", async () => {
  await using runtime = await startLocalRuntime({ version: "0.6.13", token: TOKEN });
  const query = { path: "x", signature: signed("x", "read", "", TOKEN) };
  assertEquals((await ask(runtime, query)).slice(0, 3), "404");
  assertEquals(
    await ask(runtime, { path: "x", signature: signed("x", "read", "root", TOKEN) }),
    no("invalid signature"),
  );
});

async function home({ url }: LocalRuntime): Promise<string> {
  const response = await fetch(`${url}/filesystem.Filesystem/Stat`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Basic cm9vdDo=", "x-access-token": TOKEN },
    body: JSON.stringify({ path: "~" }),
  });
  return (await response.json()).entry.path;
}
