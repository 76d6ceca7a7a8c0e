import { assert, assertEquals } from "@std/assert";
import { ATTACKS } from "./attacks.ts";
import { ATTACKED, hostileCases } from "./cases.ts";
import { serveHostile } from "./server.ts";

/** What one answer may have sent before the client goes away: the limit of an answer, and what sockets hold. */
const MOST_BYTES = 64 * 1024 * 1024 + 16 * 1024 * 1024;
/** As many answers of an attack may be taken up to that limit: those to unary calls, to JSON calls and to an upload. */
const MOST_ANSWERS = 3;

Deno.test("hostile servers", async (t) => {
  await using server = await serveHostile();
  for (const { name, run } of hostileCases(server.url)) {
    await t.step(name, async () => {
      await run(undefined!, undefined!);
      // The connection is given up, and what came over it was bounded.
      const { sent } = await server.idle();
      assert(sent < MOST_ANSWERS * MOST_BYTES, `${sent} bytes were taken`);
    });
  }
});

Deno.test("hostile servers: every attack is made", () => {
  assertEquals(Object.keys(ATTACKS).filter((attack) => !ATTACKED.has(attack)), []);
});
