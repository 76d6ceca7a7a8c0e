import { assertEquals } from "@std/assert";
import { type Manifest, problemsOf } from "./contents.ts";

const MANIFEST: Manifest = {
  name: "@a/b",
  version: "1.2.3",
  license: "MIT",
  exports: { ".": "./mod.ts", "./local": "./src/local/mod.ts" },
  imports: { "@used/one": "npm:@used/one@^2.0.0", "unused": "npm:unused@^1", "@std/x": "jsr:@std/x@^1" },
};

const entry = (path: string) => ({ types: `${path}.d.ts`, import: `${path}.js`, default: `${path}.js` });
const PACKAGE = {
  name: "@a/b",
  version: "1.2.3",
  type: "module",
  license: "MIT",
  main: "./mod.js",
  exports: { ".": entry("./mod"), "./local": entry("./src/local/mod") },
  dependencies: { "@used/one": "^2.0.0" },
};

const FILES: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify(PACKAGE),
  "README.md": "",
  "LICENSE": "",
  "CHANGELOG.md": "",
  "mod.js":
    `/**\n * import { x } from "@std/x";\n */ export { one } from "@used/one/deep";\nexport { two } from "./src/two.js";`,
  "mod.d.ts": "",
  "src/two.js": `import { readFile } from "node:fs/promises";`,
  "src/local/mod.js": "",
  "src/local/mod.d.ts": "",
};

function problems(changes: Readonly<Record<string, string | undefined>>): string[] {
  const files = Object.entries({ ...FILES, ...changes }).filter((file): file is [string, string] => file[1] != null);
  return problemsOf(new Map(files), MANIFEST, "/home/me/runtime");
}

const withPackage = (changes: Readonly<Record<string, unknown>>) =>
  problems({ "package.json": JSON.stringify({ ...PACKAGE, ...changes }) });

Deno.test("npm contents: nothing is wrong with a package as it should be", () => {
  assertEquals(problems({}), []);
});

Deno.test("npm contents: what a comment quotes is no dependency", () => {
  const two =
    `/** From "Cannot", or from "to". */ export const x = 1;\n// import "nothing";\n/* a */ import { x } from "./two.js";`;
  assertEquals(problems({ "src/two.js": two }), []);
});

Deno.test("npm contents: files that do not belong there, and some that are missing", () => {
  for (
    const path of ["mod.ts", "gen/a_pb.ts", "src/a_test.js", "src/tests/a.js", "tests/a.js", "deno.json", ".npmrc"]
  ) {
    assertEquals(problems({ [path]: "" }), [`${path} does not belong there`]);
  }
  assertEquals(problems({ "LICENSE": undefined }), ["LICENSE is missing"]);
  assertEquals(problems({ "mod.d.ts": undefined }), ["its exports name mod.d.ts, which is missing"]);
});

Deno.test("npm contents: paths of the machine", () => {
  assertEquals(problems({ "src/two.js": "// /home/me/runtime/src/two.ts" }), [
    "src/two.js names a path of the machine it was made on",
  ]);
  assertEquals(problems({ "src/two.js": "//# sourceMappingURL=data:…" }), [
    "src/two.js holds a source map, which names such paths",
  ]);
});

Deno.test("npm contents: what package.json says", () => {
  assertEquals(withPackage({ version: "1.2.4" }), [`package.json: version is "1.2.4", and should be "1.2.3"`]);
  assertEquals(withPackage({ license: undefined }), [`package.json: license is undefined, and should be "MIT"`]);
  const untyped = { ...PACKAGE.exports, ".": { import: "./mod.js", default: "./mod.js" } };
  assertEquals(withPackage({ exports: untyped }).length, 1);
  assertEquals(withPackage({ dependencies: { ...PACKAGE.dependencies, unused: "^1" } }), [
    `its dependencies: unused is "^1", and should be undefined`,
  ]);
  assertEquals(withPackage({ dependencies: {} }), [
    `its dependencies: @used/one is undefined, and should be "^2.0.0"`,
  ]);
  assertEquals(problems({ "src/two.js": `import "@std/x";` }), [
    `its dependencies: @std/x is undefined, and should be "jsr:@std/x@^1"`,
  ]);
});
