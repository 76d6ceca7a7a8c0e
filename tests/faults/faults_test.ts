import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { faultCase } from "./arbitrary.ts";
import { campaign, caseAt, described } from "./campaign.ts";
import { runFaultCase } from "./run_fault_case.ts";
import { OWN_NAMES, PORTABLE_NAMES, scenarioOf } from "./scenarios.ts";
import { summary } from "./summary.ts";

const PLANS = 300;

// Sanitizers see to it that no timer and no socket is left at the end.
Deno.test(`faults: ${PLANS} plans, and each has the right result or a typed error that tells the truth`, async () => {
  const seed = Number(Deno.env.get("FAULTS_SEED") ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`${PLANS} plans from seed ${seed}; again: deno task faults --plans ${PLANS} --seed ${seed}`);
  const started = performance.now();
  const { reports, failure } = await campaign({ plans: PLANS, seed, jobs: 12 });
  console.log(summary(reports, performance.now() - started));
  assert(failure === undefined, failure && described(failure));
  const struck = reports.filter(({ struck }) => struck.length > 0).length;
  assert(struck > PLANS / 4, `only ${struck} plans came true`);
});

Deno.test("faults: each scenario has a right result, where nothing goes wrong", async () => {
  for (const version of ["0.2.10", "0.6.13"] as const) {
    for (const scenario of OWN_NAMES) {
      const { end, lie } = await runFaultCase({ scenario, version, size: 60_000, faults: [] });
      assertEquals(end, "right", `${scenario}: ${lie}`);
    }
  }
});

Deno.test("faults: a case is found again by its seed and path, and by what is printed of it", () => {
  for (const path of ["0", "17", "299"]) {
    const fault = caseAt(1, path);
    assertEquals(fc.sample(faultCase, { seed: 1, numRuns: Number(path) + 1 })[Number(path)], fault);
    assertEquals(JSON.parse(JSON.stringify(fault)), fault);
    scenarioOf(fault.scenario);
  }
  assertThrows(() => scenarioOf("none"), TypeError, "no such scenario");
  const names = [...OWN_NAMES, ...PORTABLE_NAMES];
  assertEquals(new Set(names).size, names.length);
});
