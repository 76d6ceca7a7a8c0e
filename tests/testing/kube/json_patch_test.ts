import { assertEquals } from "@std/assert";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { ask, sandbox, SANDBOXES } from "./kube_tools.ts";

const BEFORE = { list: [1, 2, 3], "a/b": { "c~d": 1 } };

/** Operations on the template, and what comes out; none: they are refused. */
const ROWS: readonly (readonly [operations: readonly object[], after?: unknown])[] = [
  [[{ op: "add", path: "/list/1", value: 9 }], { ...BEFORE, list: [1, 9, 2, 3] }],
  [[{ op: "add", path: "/list/-", value: 9 }], { ...BEFORE, list: [1, 2, 3, 9] }],
  [[{ op: "add", path: "/list/3", value: 9 }], { ...BEFORE, list: [1, 2, 3, 9] }],
  [[{ op: "add", path: "/list/4", value: 9 }]],
  [[{ op: "add", path: "/list/01", value: 9 }]],
  [[{ op: "add", path: "/none/a", value: 9 }]],
  [[{ op: "add", path: "/list/0" }]],
  [[{ op: "remove", path: "/list/0" }], { ...BEFORE, list: [2, 3] }],
  [[{ op: "remove", path: "/list/3" }]],
  [[{ op: "remove", path: "/none" }]],
  [[{ op: "replace", path: "/a~1b/c~0d", value: 2 }], { ...BEFORE, "a/b": { "c~d": 2 } }],
  [[{ op: "replace", path: "/none", value: 2 }]],
  [[{ op: "move", from: "/list/0", path: "/list/2" }], { ...BEFORE, list: [2, 3, 1] }],
  [[{ op: "copy", from: "/list/0", path: "/x" }], { ...BEFORE, x: 1 }],
  [[{ op: "move", from: "/none", path: "/x" }]],
  [[{ op: "test", path: "/list", value: [1, 2, 3] }, { op: "remove", path: "/list" }], { "a/b": { "c~d": 1 } }],
  // All or nothing.
  [[{ op: "remove", path: "/list" }, { op: "test", path: "/list", value: 1 }]],
  [[{ op: "merge", path: "/list", value: 1 }]],
  [[{ op: "add", path: "list", value: 1 }]],
];

Deno.test("kube: JSON patches do what RFC 6902 says, or nothing", async () => {
  for (const [operations, after] of ROWS) {
    await using kube = await startFakeKube({ objects: [sandbox("a", { spec: { template: BEFORE } })] });
    const below = operations.map((operation) =>
      Object.fromEntries(
        Object.entries(operation).map(([key, value]) => [
          key,
          (key === "path" || key === "from") && value.startsWith("/") ? `/spec/template${value}` : value,
        ]),
      )
    );
    const said = await ask(kube, "PATCH", `${SANDBOXES}/a`, below, "application/json-patch+json");
    const now = (await ask(kube, "GET", `${SANDBOXES}/a`)).body.spec.template;
    const expected = [after === undefined ? 422 : 200, after ?? BEFORE];
    assertEquals([said.status, now], expected, JSON.stringify(operations));
  }
});
