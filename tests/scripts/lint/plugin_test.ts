import { assertEquals } from "@std/assert";
import plugin from "../../../scripts/lint/plugin.ts";

function lint(path: string, source: string): string[] {
  const filename = decodeURIComponent(new URL(`../../../${path}`, import.meta.url).pathname);
  return Deno.lint.runPlugin(plugin, filename, source).map(({ message }) => message);
}

Deno.test("layers: imports that go with the data flow pass", () => {
  const fine: [path: string, source: string][] = [
    ["mod.ts", `export { RuntimeClient } from "./src/client.ts";`],
    ["src/client.ts", `import { Files } from "./files/files.ts"; import type { O } from "./options.ts";`],
    ["src/files/files.ts", `import type { Rpc } from "../connection/rpc.ts"; import { x } from "./read.ts";`],
    [
      "src/process/handle.ts",
      `import { P } from "../../gen/codec/process/process.ts"; import { o } from "../options.ts";`,
    ],
    ["src/connection/codec.ts", `import { BinaryReader } from "@bufbuild/protobuf/wire";`],
    ["src/connection/error_map/http.ts", `import { SandboxError } from "../../errors/sandbox_error.ts";`],
    ["src/options_from_env.ts", `import type { RuntimeClientOptions } from "./options.ts";`],
    ["src/local/server.ts", `import http from "node:http"; import { X } from "../../mod.ts";`],
    ["examples/demo.ts", `import { RuntimeClient } from "../mod.ts"; import { y } from "../src/local/mod.ts";`],
    ["tests/files/read_test.ts", `import { x } from "../../src/files/read.ts"; import "@std/assert";`],
  ];
  for (const [path, source] of fine) assertEquals(lint(path, source), [], `${path}: ${source}`);
});

Deno.test("layers: every way of importing against the data flow is one line", () => {
  const wrong: [path: string, source: string, message: string][] = [
    ["src/errors/a.ts", `import { x } from "../streams/x.ts";`, `"errors" must not import "streams"`],
    ["src/streams/a.ts", `export { x } from "../connection/x.ts";`, `"streams" must not import "connection"`],
    ["src/connection/a.ts", `export * from "../process/x.ts";`, `"connection" must not import "process"`],
    ["src/process/a.ts", `import type { X } from "../commands/x.ts";`, `"process" must not import "commands"`],
    ["src/commands/a.ts", `const x = await import("../files/x.ts");`, `"commands" must not import "files"`],
    ["src/files/a.ts", `export type X = import("../../gen/a_pb.ts").X;`, `"files" must not import "gen"`],
    ["src/process/a.ts", `import type { X } from "../../gen/p/p_pb.ts";`, `"process" must not import "gen"`],
    ["src/local/a.ts", `import { X } from "../../gen/codec/p/p.ts";`, `"local" must not import "codec"`],
    ["gen/codec/p/p.ts", `import { X } from "../../p/p_pb.ts";`, `"codec" must not import "gen"`],
    ["src/files/a.ts", `import { x } from "../options.ts";`, `"files" must not import "options"`],
    ["src/files/a.ts", `import { x } from "../client.ts";`, `"files" must not import "client"`],
    ["src/client.ts", `import { x } from "../mod.ts";`, `"client" must not import "mod"`],
    ["src/local/a.ts", `import { x } from "../client.ts";`, `"local" must not import "client"`],
    ["mod.ts", `export { x } from "./src/local/mod.ts";`, `"mod" must not import "local"`],
    ["src/errors/a.ts", `import { x } from "../../tests/x.ts";`, `"errors" must not import "tests/x.ts"`],
    [
      "examples/a.ts",
      `import { x } from "../src/local/server.ts";`,
      `"examples" must import "local" through its mod.ts`,
    ],
    ["src/surprise.ts", `import "./errors/x.ts";`, `"src/surprise.ts" belongs to no part of the layout`],
    ["src/local/a.ts", `import "@std/assert";`, `"@std/assert" is for tests: the package depends on npm alone`],
  ];
  for (const [path, source, message] of wrong) assertEquals(lint(path, source), [message], source);
});

Deno.test("layers: the core takes nothing from a runtime, and one module from npm", () => {
  for (
    const name of [
      "node:fs",
      "npm:ws@8",
      "undici",
      "https://example.com/x.ts",
      "@connectrpc/connect",
      "@bufbuild/protobuf",
    ]
  ) {
    assertEquals(lint("src/files/a.ts", `import "${name}";`), [
      `the core must not import "${name}": it uses web APIs and @bufbuild/protobuf/wire`,
    ]);
  }
  assertEquals(lint("src/local/a.ts", `import "node:fs"; import "ws";`), []);
});

Deno.test("globals: only connection reaches the network, and the core names no runtime", () => {
  const network = (name: string) => `only src/connection/ may use "${name}"`;
  const wrong: [source: string, message: string][] = [
    [`await fetch("http://x");`, network("fetch")],
    [`const call = options.fetch ?? fetch;`, network("fetch")],
    [`const call = fetch;`, network("fetch")],
    [`globalThis.fetch("http://x");`, network("fetch")],
    [`run({ call: fetch });`, network("fetch")],
    [`new WebSocket("ws://x");`, network("WebSocket")],
    [`console.log(Deno.pid);`, `the core must not use "Deno": it runs on every runtime`],
    [`const bun = globalThis.Bun;`, `the core must not use "Bun": it runs on every runtime`],
  ];
  for (const [source, message] of wrong) assertEquals(lint("src/files/a.ts", source), [message], source);
  const fine =
    `interface A { fetch: typeof fetch } const { fetch: f } = options; options.fetch("x"); const o = { fetch: 1 };`;
  assertEquals(lint("src/files/a.ts", fine), []);
  assertEquals(lint("src/connection/fetcher.ts", `globalThis.fetch("http://x");`), []);
  assertEquals(lint("src/local/a.ts", `Deno.pid; fetch("http://x");`), []);
});

Deno.test("file-length: long files are split, or say why they are one idea", () => {
  const lines = (count: number) => "x();\n".repeat(count);
  assertEquals(lint("src/files/a.ts", lines(350)), []);
  assertEquals(lint("src/files/a.ts", `// One idea: a table.\n${lines(400)}`), []);
  assertEquals(lint("src/files/a.ts", lines(351)), [
    "351 lines: past 350, the file begins with a comment that says why it is one idea",
  ]);
  assertEquals(lint("src/files/a.ts", `// One idea.\n${lines(500)}`), [
    "501 lines: split the file, no more than 500 are allowed",
  ]);
  assertEquals(lint("tests/a_test.ts", lines(400)), []);
  assertEquals(lint("tests/a_test.ts", lines(401)), ["401 lines: split the file, no more than 400 are allowed"]);
});
