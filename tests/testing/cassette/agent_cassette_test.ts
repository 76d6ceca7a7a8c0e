import { assert, assertEquals } from "@std/assert";
import { replay } from "../../../src/testing/mod.ts";
import type { Exchange } from "../../../src/testing/cassette/cassette.ts";
import { fromData } from "../../../src/testing/cassette/cassette_data.ts";
import cassette from "../../../examples/agent.cassette.json" with { type: "json" };

Deno.test("the committed cassette can be replayed as it is imported, and shows nothing of where it was made", () => {
  const answers = replay(cassette);
  assertEquals(answers.unused().length, cassette.exchanges.length);
  for (const { request, response } of cassette.exchanges as unknown as Exchange[]) {
    assertEquals([request.headers["x-access-token"], request.headers.authorization], ["***", "***"]);
    const bodies = fromData(request.body as never) + response!.body!.map(({ data }) => fromData(data)).join("");
    const paths = bodies.match(/\/(?:home|root|Users|work|tmp\/sandbox-home)[\w/-]*/g);
    assertEquals(paths, null);
    assert(!/127\.0\.0\.1|localhost/.test(bodies), bodies);
  }
});
