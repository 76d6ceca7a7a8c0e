import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);
const SKIP = new Set([".git", "node_modules", "npm", ".wrangler"]);

async function* filesIn(directory: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory)) {
    if (isDirectory && !SKIP.has(name)) yield* filesIn(new URL(`${encodeURIComponent(name)}/`, directory));
    if (isFile) yield new URL(encodeURIComponent(name), directory);
  }
}

Deno.test("no file names a path of the checkout it lies in", async () => {
  const paths = ["src/", "tests/", "scripts/", "examples/", "bench/", "gen/", "node_modules/", "mod.ts", "deno.json"]
    .map((name) => decodeURIComponent(new URL(name, root).pathname));
  const found: string[] = [];
  for await (const file of filesIn(root)) {
    const text = await Deno.readTextFile(file).catch(() => ""); // gone meanwhile: a test's temporary file
    if (paths.some((path) => text.includes(path))) found.push(file.pathname.slice(root.pathname.length));
  }
  assertEquals(found, []);
});
