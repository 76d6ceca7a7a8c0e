/**
 * What each entry weighs in a bundle, as a page would load it: what is asked for later, by `import()`, is a file of its
 * own and not in the budget. Fails where one is over its budget, and where
 * a built-in of Node is reachable from the entry that must run without.
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
  /** Whether it may import `node:` modules, which weigh nothing. */
  readonly node: boolean;
}

/** The budgets: the one place. */
export const BUDGETS: Readonly<Record<string, Budget>> = {
  ".": { path: "mod.ts", kib: 48, node: false },
  // With Connect's router in it.
  "./local": { path: "src/local/mod.ts", kib: 80, node: true },
  "./testing": { path: "src/testing/mod.ts", kib: 80, node: true },
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
  /** Each import of a `node:` module that can be reached: `src/a.ts imports node:fs`. */
  readonly builtins: readonly string[];
}

/** A file that esbuild made. */
interface Output {
  readonly entryPoint?: string;
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
}

/** What is looked at of esbuild's account of a bundle. */
interface Metafile {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly { readonly path: string }[] }>>;
  readonly outputs: Readonly<Record<string, Output>>;
}

const ESBUILD = "npm:esbuild@0.28.2";
const root = new URL("../", import.meta.url);

/** Bundles a module and looks at the result. */
export async function weigh(path: string): Promise<Weight> {
  const directory = await Deno.makeTempDir();
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        // The tool stays out of the project's node_modules.
        ...["run", "-A", "--quiet", "--no-config", "--node-modules-dir=none", ESBUILD, path],
        ...["--bundle", "--minify", "--format=esm", "--platform=browser", "--external:node:*", "--log-level=warning"],
        ...["--splitting", "--entry-names=entry", `--outdir=${directory}`, `--metafile=${directory}/meta.json`],
      ],
      cwd: root,
    }).output();
    if (!success) throw new Error(`Cannot bundle ${path}: ${new TextDecoder().decode(stderr)}`);
    const meta: Metafile = JSON.parse(await Deno.readTextFile(`${directory}/meta.json`));
    const first = loadedFirst(meta);
    const all = Object.keys(meta.outputs);
    // Each part as one: into how many files a bundler cuts it is the bundler's affair.
    const now = await joined(all.filter((path) => first.has(path)));
    const later = await joined(all.filter((path) => !first.has(path)));
    return {
      minified: now.byteLength,
      gzipped: gzipped(now),
      later: later.byteLength > 0 ? gzipped(later) : 0,
      parts: partsOf(meta, first),
      builtins: Object.entries(meta.inputs).flatMap(([file, { imports }]) =>
        imports.filter((to) => to.path.startsWith("node:")).map((to) => `${file} imports ${to.path}`)
      ),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function joined(paths: readonly string[]): Promise<Uint8Array> {
  const files = await Promise.all(paths.map((path) => Deno.readFile(new URL(path, root))));
  return new Uint8Array(await new Blob(files).arrayBuffer());
}

function gzipped(bytes: Uint8Array): number {
  return gzipSync(bytes, { level: 9 }).byteLength;
}

/** The files that an import of the entry loads: itself, and what it imports other than by `import()`. */
function loadedFirst({ outputs }: Metafile): Set<string> {
  const loaded = new Set<string>();
  function load(path: string): void {
    if (loaded.has(path) || outputs[path] === undefined) return;
    loaded.add(path);
    for (const { path: to, kind } of outputs[path].imports) if (kind !== "dynamic-import") load(to);
  }
  // A chunk that is loaded later has an entry point, too; the entry's own name is given above.
  for (const path of Object.keys(outputs)) if (path.endsWith("/entry.js")) load(path);
  return loaded;
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
  return [
    ...(over > 0 ? [`"${name}" is ${over} bytes over its budget of ${kib} KiB`] : []),
    ...(node ? [] : builtins.map((builtin) => `"${name}" must run without Node's modules: ${builtin}`)),
  ];
}

/** Weighs entries, prints a table, and gives what is wrong. */
export async function size(budgets: Readonly<Record<string, Budget>>): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, budget] of Object.entries(budgets)) {
    const weight = await weigh(budget.path);
    wrong.push(...faults(name, weight, budget));
    console.log(
      `${name.padEnd(10)} ${bytes(weight.minified)} minified ${bytes(weight.gzipped)} gzipped,` +
        ` of ${bytes(budget.kib * 1024)}${weight.later > 0 ? `; loaded later ${bytes(weight.later)}` : ""}`,
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
