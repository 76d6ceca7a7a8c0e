import { assert, assertEquals } from "@std/assert";
import { type Budget, BUDGETS, faults, weigh, type Weight } from "../../scripts/size.ts";

const CORE: Budget = BUDGETS["."]!;

Deno.test("size: the core is within its budget, which one byte too many is over", async () => {
  const weight = await weigh(CORE.path);
  assertEquals(faults(".", weight, CORE), []);
  assert(weight.minified > weight.gzipped && weight.gzipped > 1024);
  assert(weight.parts.some(([name]) => name === "src/connection"));
  assertEquals(faults(".", weight, { ...CORE, kib: (weight.gzipped - 1) / 1024 }), [
    `"." is 1 bytes over its budget of ${(weight.gzipped - 1) / 1024} KiB`,
  ]);
});

Deno.test("size: a built-in of Node is found wherever it is reached from, and only where it must not be", async () => {
  const directory = await Deno.makeTempDir();
  let weight: Weight;
  try {
    await Deno.writeTextFile(`${directory}/a.ts`, `export const later = () => import("./b.ts");`);
    await Deno.writeTextFile(`${directory}/b.ts`, `import { readFile } from "node:fs"; export default readFile;`);
    weight = await weigh(`${directory}/a.ts`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  const [wrong, ...more] = faults(".", weight, CORE);
  assert(wrong?.endsWith("b.ts imports node:fs"), wrong);
  assertEquals(more, []);
  assertEquals(faults("./local", weight, BUDGETS["./local"]!), []);
});
