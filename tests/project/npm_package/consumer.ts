/** Projects of others, in directories of their own, that have the package from npm. */

import { output } from "../../runtimes/platforms/child.ts";

/** The types a program has beside those of the package. */
export type Globals = "Node" | "Node and the DOM" | "the DOM";

/** How imports are resolved. */
export type Resolution = "bundler" | "nodenext";

/** How a program is compiled. */
export interface Compilation {
  readonly resolution: Resolution;
  readonly globals: Globals;
  readonly files: readonly string[];
  /** Where to put JavaScript; absent: it is only checked. */
  readonly outDir?: string;
}

const DOM = ["dom", "dom.iterable", "dom.asynciterable"];

const LIBS: Readonly<Record<Globals, { readonly lib: readonly string[]; readonly types: readonly string[] }>> = {
  "Node": { lib: ["es2022"], types: ["node"] },
  "Node and the DOM": { lib: ["es2022", ...DOM], types: ["node"] },
  // Node's types bring `AsyncDisposable` along.
  "the DOM": { lib: ["es2022", "esnext.disposable", ...DOM], types: [] },
};

/** As strict as somebody can be. Dependencies are checked as well. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  skipLibCheck: false,
};

/** Makes a project in an empty directory, and installs packages there with npm. */
export async function createProject(dir: string, packages: readonly string[]): Promise<void> {
  await Deno.mkdir(dir);
  await Deno.writeTextFile(`${dir}/package.json`, JSON.stringify({ private: true, type: "module" }));
  await output("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", ...packages], dir);
}

/** Compiles programs of a project with its TypeScript. */
export async function compile(dir: string, { resolution, globals, files, outDir }: Compilation): Promise<void> {
  const config = {
    compilerOptions: {
      ...STRICT,
      ...LIBS[globals],
      target: "es2022",
      module: resolution === "bundler" ? "esnext" : "nodenext",
      moduleResolution: resolution,
      rewriteRelativeImportExtensions: true,
      ...(outDir === undefined ? { noEmit: true } : { outDir }),
    },
    files,
  };
  await Deno.writeTextFile(`${dir}/tsconfig.json`, JSON.stringify(config));
  await output("node", ["node_modules/typescript/bin/tsc"], dir);
}
