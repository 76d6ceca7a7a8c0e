import { assert, assertEquals } from "@std/assert";

const ENTRY = new URL("../../../src/testing/mod.ts", import.meta.url).href;

interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier: string };
    readonly isDynamic?: boolean;
  }[];
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert(success, complained);
  return said!;
}

/** What an import of a module executes. */
function executed(modules: readonly Module[], entry: string): Set<string> {
  const found = new Set<string>([entry]);
  // A set goes on over what is added meanwhile.
  for (const specifier of found) {
    const { dependencies = [] } = modules.find((module) => module.specifier === specifier) ?? { dependencies: [] };
    for (const { code, isDynamic = false } of dependencies) if (code && !isDynamic) found.add(code.specifier);
  }
  return found;
}

Deno.test("testing: an import of the entry executes no module of Node's, and no package of the gateway's", async () => {
  const { modules } = JSON.parse(await deno("info", "--json", ENTRY)) as { readonly modules: Module[] };
  const all = executed(modules, ENTRY);
  assert([...all].some((specifier) => specifier.endsWith("/cassette/record.ts")));
  assertEquals([...all].filter((specifier) => /^node:|jose/.test(specifier)), []);
});

Deno.test("testing: the entry is imported, and recorded answers replayed, with no permission", async () => {
  const program = `import { replay } from ${JSON.stringify(ENTRY)};
    console.log(replay({ version: 1, exchanges: [] }).unused().length);`;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/page.js`, program);
    assertEquals(await deno("run", "--no-prompt", "--no-check", "--config", config, `${dir}/page.js`), "0\n");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
