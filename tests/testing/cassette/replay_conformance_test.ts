/**
 * The portable cases recorded against the local runtime, as each version, and replayed with no runtime: by a client that
 * reaches another sandbox through a gateway, with tokens of its own.
 */

import { assert, assertEquals } from "@std/assert";
import { RuntimeClient, type RuntimeClientOptions } from "../../../mod.ts";
import { startLocalRuntime } from "../../../src/local/mod.ts";
import { record, replay } from "../../../src/testing/mod.ts";
import { runCase } from "../../conformance/case.ts";
import { CASES as ALL_CASES } from "../../conformance/cases.ts";

/** What goes by the client's `fetch` can be played again, but for process trees: their marks are numbers, made anew. */
const CASES = ALL_CASES.filter(({ direct = false, name }) => !direct && !name.startsWith("tree:"));

const ELSEWHERE: RuntimeClientOptions = {
  sandboxId: "default--another-sandbox",
  domain: "gateway.test:7788",
  runtimeToken: "another-runtime-token",
  trafficToken: "another-traffic-token",
  apiKey: "another-api-key",
};

for (const version of ["0.2.10", "0.6.13"] as const) {
  Deno.test(`replay: the portable cases, recorded as ${version}`, async (t) => {
    const exchanges: unknown[] = [];
    await t.step("recorded", async () => {
      await using runtime = await startLocalRuntime({ version, accounts: {} });
      for (const item of CASES) {
        const recorder = record(fetch);
        await runCase(new RuntimeClient({ ...runtime.clientOptions(), fetch: recorder.fetch }), item);
        const json = JSON.stringify(await recorder.cassette());
        assert(!json.includes(runtime.token), `${item.name}: the token is in the cassette`);
        exchanges.push(...JSON.parse(json).exchanges);
      }
    });
    // In one cassette, whose equal requests and names of many runs must not be mixed up.
    const answers = replay({ version: 1, exchanges });
    for (const item of CASES) {
      await t.step(item.name, () => runCase(new RuntimeClient({ ...ELSEWHERE, fetch: answers }), item));
    }
    assertEquals(answers.unused(), []);
  });
}
