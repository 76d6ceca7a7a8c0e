import { assertRejects } from "@std/assert";
import { type FakeKubeFault, type FakeKubeNode, startFakeKube } from "../../../../src/testing/mod.ts";
import { EXEC_CASES } from "./exec_cases.ts";
import { FAULT_CASES } from "./fault_cases.ts";
import { FORWARD_CASES } from "./forward_cases.ts";
import { LOG_CASES } from "./log_cases.ts";

for (const { name, run } of EXEC_CASES) Deno.test(`kube pods exec: ${name}`, run);
for (const { name, run } of FAULT_CASES) Deno.test(`kube pods faults: ${name}`, run);
for (const { name, run } of LOG_CASES) Deno.test(`kube pods logs: ${name}`, run);
for (const { name, run } of FORWARD_CASES) Deno.test(`kube pods ports: ${name}`, run);

Deno.test("kube pods: what cannot be is refused", async () => {
  await using kube = await startFakeKube();
  const faults: readonly [unknown, typeof TypeError | typeof RangeError][] = [
    [{ stallAfterBytes: -1 }, RangeError],
    [{ loseRuntimeAfterBytes: "3" }, TypeError],
    [{ losesStatus: 1 }, TypeError],
  ];
  for (const [fault, error] of faults) {
    await assertRejects(() => Promise.resolve().then(() => kube.next(fault as FakeKubeFault)), error, "plan a fault");
  }
  for (const node of [{}, { name: "" }, { name: "a", webSockets: "no" }]) {
    await assertRejects(() => startFakeKube({ nodes: [node as FakeKubeNode] }), TypeError, "node");
  }
});
