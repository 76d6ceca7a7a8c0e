/** Calls that stand on recorded answers without being one of the recorded requests. */

import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { RuntimeClient, UnsupportedError } from "../../mod.ts";
import { type Exchange, messageOf, RECORDED } from "./recording.ts";
import { answer } from "./server.ts";

function exchangeOf(version: keyof typeof RECORDED, name: string, index: number): Exchange {
  return RECORDED[version].find((item) => item.name === name)!.steps[index] as Exchange;
}

for (const version of ["0.2.10", "0.6.13"] as const) {
  Deno.test(`probe: whether input can be closed is learned from the answer for an unknown process, ${version}`, async () => {
    // Recorded with 999999; the client asks with a pid that no kernel gives.
    const { receive } = exchangeOf(version, "process-closestdin-proto", 3);
    const asked: string[] = [];
    const sandbox = new RuntimeClient({
      sandboxBaseUrl: "http://recorded",
      fetch: (input) => {
        asked.push(new URL(input instanceof Request ? input.url : input).pathname);
        const body = typeof receive.body === "string" ? receive.body : JSON.stringify(messageOf(receive.body));
        return Promise.resolve(new Response(body, { status: receive.status!, headers: receive.headers! }));
      },
    });
    const errors = await Promise.all([1, 2].map((pid) => assertRejects(() => sandbox.commands.closeStdin(pid))));
    await assertRejects(() => sandbox.with({ user: "root" }).commands.closeStdin(3));
    const unsupported = version === "0.2.10";
    for (const error of errors) assertEquals(error instanceof UnsupportedError, unsupported, `${error}`);
    // One probe for all, and where it succeeds, each call.
    assertEquals(asked.length, unsupported ? 1 : 4);
  });

  Deno.test(`probe: exists is true for what Stat answers and false for not_found, ${version}`, async () => {
    const stats = RECORDED[version].flatMap(({ steps }) => steps as Exchange[])
      .filter(({ role, send }) => role === undefined && send?.path === "/filesystem.Filesystem/Stat")
      .filter(({ send, receive }) => [200, 404].includes(receive.status!) && send.headers?.["Authorization"]);
    for (const exchange of stats) {
      const sandbox = new RuntimeClient({
        sandboxBaseUrl: "http://recorded",
        fetch: answer(exchange, new Map()).fetch,
        authHeader: exchange.send.headers!["Authorization"],
      });
      const { path } = messageOf(exchange.send.body as never) as { path: string };
      assertEquals(await sandbox.files.exists(path), exchange.receive.status === 200, path);
    }
    assertEquals(stats.length > 20, true);
  });

  Deno.test(`probe: what a daemon refuses keeps its own words as the message's end, ${version}`, async () => {
    const exchange = exchangeOf(version, "fs-stat-missing-proto", 0);
    const sandbox = new RuntimeClient({
      sandboxBaseUrl: "http://recorded",
      fetch: answer(exchange, new Map()).fetch,
      user: "user",
    });
    const error = await assertRejects(() => sandbox.files.getInfo("/tmp/wire-xyz/none"));
    assertInstanceOf(error, Error);
    assertEquals(error.message.endsWith(`${messageOf(exchange.receive.body).message}`), true, error.message);
  });
}
