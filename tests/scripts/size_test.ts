import { assert, assertEquals } from "@std/assert";
import { type Budget, BUDGETS, faults, weigh, type Weight } from "../../scripts/size.ts";

const CORE: Budget = BUDGETS["."]!;
const KUBE: Budget = BUDGETS["./k8s"]!;

Deno.test("size: the core is within its budget, which one byte too many is over", async () => {
  const weight = await weigh(CORE.path);
  assertEquals(faults(".", weight, CORE), []);
  assert(weight.minified > weight.gzipped && weight.gzipped > 1024);
  assert(weight.parts.some(([name]) => name === "src/connection"));
  assertEquals(faults(".", weight, { ...CORE, kib: (weight.gzipped - 1) / 1024 }), [
    `"." is 1 bytes over its budget of ${(weight.gzipped - 1) / 1024} KiB`,
  ]);
});

/** Weighs modules that are there for this alone, the first of them beside the one that is named. */
async function weighFiles(files: Readonly<Record<string, string>>, beside?: string): Promise<Weight> {
  const directory = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${directory}/${name}`, text);
    return await weigh(`${directory}/${Object.keys(files)[0]}`, beside && `${directory}/${beside}`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("size: a built-in of Node is found wherever it is reached from, and only where it must not be", async () => {
  const weight = await weighFiles({
    "a.ts": `export const later = () => import("./b.ts");`,
    "b.ts": `import { readFile } from "node:fs"; export default readFile;`,
  });
  const [wrong, ...more] = faults(".", weight, CORE);
  assert(wrong?.endsWith("b.ts imports node:fs"), wrong);
  assertEquals(more, []);
  assertEquals(faults("./local", weight, BUDGETS["./local"]!), []);
  assertEquals(faults("./k8s", weight, KUBE).length, 1, "a bundle in one file imports it at once");
});

Deno.test("size: what is asked for by import() alone may be a built-in of Node, but not in the core", async () => {
  const weight = await weighFiles({ "a.ts": `export const later = () => import("node:fs");` });
  assertEquals(faults("./k8s", weight, KUBE), []);
  assertEquals(faults(".", weight, CORE).length, 1);
});

Deno.test("size: beside another entry only what is added counts, also to what both use", async () => {
  const noise = () => `"${Array.from(crypto.getRandomValues(new Uint8Array(3_000)), (byte) => byte.toString(36))}"`;
  const files = {
    "one.ts": `import { late } from "./shared.ts"; export const one = [late, ${noise()}];`,
    "two.ts": `export { early } from "./shared.ts";`,
    "shared.ts": `export const early = ${noise()}; export const late = ${noise()};`,
  };
  const all = await weighFiles(files);
  const added = await weighFiles(files, "two.ts");
  assert(added.gzipped > all.gzipped * 0.9 && added.gzipped < all.gzipped * 1.1, "its own, and what it alone uses");
  const nothing = await weighFiles({ "again.ts": `export { early } from "./shared.ts";`, ...files }, "two.ts");
  assert(nothing.gzipped < 300, String(nothing.gzipped));
});

Deno.test("size: ./k8s is within its budget, without what it loads when it is used", async () => {
  const weight = await weigh(KUBE.path, KUBE.beside);
  assertEquals(faults("./k8s", weight, KUBE), []);
  assert(weight.parts.every(([name]) => name === "src/k8s"), String(weight.parts));
  assert(weight.later > 1024, "the reader of YAML and the senders are loaded later");
  assertEquals(faults("./k8s", weight, { ...KUBE, kib: (weight.gzipped - 1) / 1024 }).length, 1);
});

Deno.test("size: ./k8s adds nothing to a bundle of the core", async () => {
  const isOfKube = (path: string) => /(^|\/)src\/k8s\/|\/node_modules\/yaml\//.test(path);
  const core = await weigh(CORE.path);
  assert(core.modules.some((path) => path.startsWith("src/connection/")));
  assertEquals(core.modules.filter(isOfKube), []);
  const both = await weigh(KUBE.path);
  assert(both.modules.some((path) => path.startsWith("src/k8s/client/")));
  assert(both.modules.some((path) => /yaml/.test(path) && isOfKube(path)), "that would be seen");
});
