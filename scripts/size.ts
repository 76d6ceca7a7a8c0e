/**
 * What each entry weighs in a bundle, as a page would load it: what is asked for later, by `import()`, is a file of its
 * own and not in the budget. Fails where one is over its budget, and where a built-in of Node is reachable from an entry
 * that must run without, or imported at once by one that may only ask for it later.
 *
 * deno task size
 */

import { gzipSync } from "node:zlib";

/** An entry, and what it may weigh. */
export interface Budget {
  /** The module, relative to the repository. */
  readonly path: string;
  /** The most that it may weigh, minified and gzipped, in KiB. */
  readonly kib: number;
  /** When it may import `node:` modules, which weigh nothing; `later` is by `import()` alone, as Workers need it. */
  readonly node: "never" | "later" | "at once";
  /** A module that whoever uses this one has anyhow: what they share is not weighed, only what this one adds. */
  readonly beside?: string;
}

/** The budgets: the one place. */
export const BUDGETS: Readonly<Record<string, Budget>> = {
  ".": { path: "mod.ts", kib: 48, node: "never" },
  // Its clients of sandboxes are the core's.
  "./k8s": { path: "src/k8s/mod.ts", kib: 20, node: "later", beside: "mod.ts" },
  // With Connect's router in it.
  "./local": { path: "src/local/mod.ts", kib: 80, node: "at once" },
  "./testing": { path: "src/testing/mod.ts", kib: 80, node: "at once" },
};

/** What an entry weighs. */
export interface Weight {
  /** What is loaded with the entry, minified. */
  readonly minified: number;
  /** The same, gzipped. */
  readonly gzipped: number;
  /** What is loaded later, when it is used, gzipped. */
  readonly later: number;
  /** Minified bytes of each package and each part of the source, the heaviest first, without what is loaded later. */
  readonly parts: readonly (readonly [name: string, bytes: number])[];
  /** All modules that can be reached, also those that are loaded later. */
  readonly modules: readonly string[];
  /** Each import of a `node:` module that can be reached. */
  readonly builtins: readonly Builtin[];
}

/** An import of a `node:` module. */
export interface Builtin {
  /** Who imports what: `src/a.ts imports node:fs`. */
  readonly text: string;
  /** Whether it is by `import()`. */
  readonly later: boolean;
}

/** A file that esbuild made. */
interface Output {
  readonly entryPoint?: string;
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

/** What is looked at of esbuild's account of a bundle. */
interface Metafile {
  readonly inputs: Readonly<Record<string, { readonly imports: Output["imports"] }>>;
  readonly outputs: Readonly<Record<string, Output>>;
}

const ESBUILD = "npm:esbuild@0.28.2";
const root = new URL("../", import.meta.url);

/** Bundles a module and looks at the result; beside another one, at what it adds to that. */
export async function weigh(path: string, beside?: string): Promise<Weight> {
  const alone = beside === undefined ? 0 : (await weigh(beside)).gzipped;
  const directory = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        // The tool stays out of the project's node_modules.
        ...["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none", ESBUILD, `entry=${path}`],
        ...(beside === undefined ? [] : [`beside=${beside}`]),
        ...["--bundle", "--minify", "--format=esm", "--platform=browser", "--external:node:*", "--log-level=warning"],
        ...["--splitting", `--outdir=${directory}`, `--metafile=${directory}/meta.json`],
      ],
      cwd: root,
    }).output();
    if (!success) throw new Error(`Cannot bundle ${path}: ${new TextDecoder().decode(stderr)}`);
    const meta: Metafile = JSON.parse(await Deno.readTextFile(`${directory}/meta.json`));
    const there = loadedWith("beside", meta);
    const first = loadedWith("entry", meta).difference(there);
    const after = loadedLater("entry", meta).difference(there).difference(first);
    // Each part as one: into how many files a bundler cuts it is the bundler's affair.
    const now = await joined(first);
    const later = await joined(after);
    // What is used of a shared module by this entry alone stands beside the rest of it.
    const grown = beside === undefined ? 0 : gzipped(await joined(there)) - alone;
    return {
      minified: now.byteLength,
      gzipped: gzipped(now) + Math.max(grown, 0),
      later: later.byteLength > 0 ? gzipped(later) : 0,
      parts: partsOf(meta, first),
      modules: Object.keys(meta.inputs),
      builtins: Object.entries(meta.inputs).flatMap(([file, { imports }]) =>
        imports.filter((to) => to.path.startsWith("node:")).map((to) => ({
          text: `${file} imports ${to.path}`,
          later: to.kind === "dynamic-import",
        }))
      ),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function joined(paths: ReadonlySet<string>): Promise<Uint8Array> {
  const files = await Promise.all([...paths].map((path) => Deno.readFile(new URL(path, root))));
  return new Uint8Array(await new Blob(files).arrayBuffer());
}

function gzipped(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).byteLength;
}

/** The files that an import of an entry loads: itself, and what it imports other than by `import()`. */
function loadedWith(entry: string, { outputs }: Metafile, kinds: RegExp = /^(?!dynamic-import$)/): Set<string> {
  const loaded = new Set<string>();
  function load(path: string): void {
    if (loaded.has(path) || outputs[path] === undefined) return;
    loaded.add(path);
    for (const { path: to, kind } of outputs[path].imports) if (kinds.test(kind)) load(to);
  }
  for (const path of Object.keys(outputs)) if (path.endsWith(`/${entry}.js`)) load(path);
  return loaded;
}

/** All files that an entry may ever load. */
function loadedLater(entry: string, meta: Metafile): Set<string> {
  return loadedWith(entry, meta, /^/);
}

function partsOf({ outputs }: Metafile, first: ReadonlySet<string>): [name: string, bytes: number][] {
  const parts = new Map<string, number>();
  for (const [path, { inputs }] of Object.entries(outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(first.has(path) ? inputs : {})) {
      const name = partOf(file);
      parts.set(name, (parts.get(name) ?? 0) + bytesInOutput);
    }
  }
  return [...parts].sort(([, a], [, b]) => b - a);
}

/** The package that a file is of, or the directory of the source. */
function partOf(file: string): string {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
  return inPackage ?? /^(?:src|gen)\/[^/]+\//.exec(file)?.[0].slice(0, -1) ?? file;
}

/** What is wrong with the weight of an entry. */
export function faults(name: string, { gzipped, builtins }: Weight, { kib, node }: Budget): string[] {
  const over = gzipped - kib * 1024;
  const wrong = builtins.filter(({ later }) => node === "never" || (node === "later" && !later));
  const rule = node === "never" ? "run without Node's modules" : "import Node's modules later";
  return [
    ...(over > 0 ? [`"${name}" is ${over} bytes over its budget of ${kib} KiB`] : []),
    ...wrong.map(({ text }) => `"${name}" must ${rule}: ${text}`),
  ];
}

/** Weighs entries, prints a table, and gives what is wrong. */
export async function size(budgets: Readonly<Record<string, Budget>>): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, budget] of Object.entries(budgets)) {
    const weight = await weigh(budget.path, budget.beside);
    wrong.push(...faults(name, weight, budget));
    console.log(
      `${name.padEnd(10)} ${bytes(weight.minified)} minified ${bytes(weight.gzipped)} gzipped,` +
        ` of ${bytes(budget.kib * 1024)}${budget.beside === undefined ? "" : ` beside ${budget.beside}`}${
          weight.later > 0 ? `; loaded later ${bytes(weight.later)}` : ""
        }`,
    );
    for (const [part, size] of weight.parts.slice(0, 6)) console.log(`  ${part.padEnd(30)} ${bytes(size)}`);
  }
  return wrong;
}

function bytes(count: number): string {
  return count.toLocaleString("en").padStart(9);
}

if (import.meta.main) {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
  const wrong = Object.entries(exports).filter(([name, path]) => `./${BUDGETS[name]?.path}` !== path)
    .map(([name]) => `"${name}" has no budget`);
  wrong.push(...await size(BUDGETS));
  for (const line of wrong) console.error(line);
  if (wrong.length > 0) Deno.exit(1);
}
