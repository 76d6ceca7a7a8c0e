/** What the packed package may hold, and must. */

/** The fields of deno.json that its package.json is made of. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
}

const ALLOWED = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|mod\.(js|d\.ts)|(src|gen)\/[\w/]+\.(js|d\.ts))$/;
const WANTED = ["package.json", "README.md", "LICENSE", "CHANGELOG.md"];
const TEST = /_test\.|(^|\/)tests?\//;

/** A module that a line imports or exports from. Lines of comments begin with an asterisk. */
const IMPORT = /^(?!\s*(?:\*(?!\/)|\/\/)).*\b(?:from |import |import\()"([^"]+)"/gm;

/** A comment that is a line, or the beginning of one. */
const COMMENT = /^\s*\/\*.*?\*\//gm;

/**
 * What is wrong with a package's files, by path; nothing where all is well.
 *
 * @param source The path of the repository it was made of.
 */
export function problemsOf(files: ReadonlyMap<string, string>, manifest: Manifest, source: string): string[] {
  return [
    ...WANTED.filter((path) => !files.has(path)).map((path) => `${path} is missing`),
    ...[...files].flatMap(([path, text]) => [...problemsOfFile(path, text, source)]),
    ...problemsOfManifest(files, manifest),
  ];
}

function* problemsOfFile(path: string, text: string, source: string): Generator<string> {
  if (!ALLOWED.test(path) || TEST.test(path)) yield `${path} does not belong there`;
  if (text.includes(source)) yield `${path} names a path of the machine it was made on`;
  if (text.includes("sourceMappingURL=")) yield `${path} holds a source map, which names such paths`;
}

function* problemsOfManifest(files: ReadonlyMap<string, string>, manifest: Manifest): Generator<string> {
  const made = JSON.parse(files.get("package.json") ?? "{}");
  const { name, version, license } = manifest;
  yield* difference("package.json", made, { name, version, license, type: "module" });
  yield* difference("its exports", made.exports ?? {}, entriesOf(manifest), true);
  yield* difference("its dependencies", made.dependencies ?? {}, dependenciesOf(files, manifest), true);
  for (const target of JSON.stringify(made.exports ?? {}).matchAll(/"\.\/([^"]+\.[^"]+)"/g)) {
    if (!files.has(target[1]!)) yield `its exports name ${target[1]}, which is missing`;
  }
}

function entriesOf({ exports }: Manifest): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(exports).map(([entry, path]) => {
      const js = path.replace(/\.ts$/, ".js");
      return [entry, { types: path.replace(/\.ts$/, ".d.ts"), import: js, default: js }];
    }),
  );
}

/** What its modules import, with the ranges of deno.json. */
function dependenciesOf(files: ReadonlyMap<string, string>, { imports }: Manifest): Record<string, string> {
  const modules = [...files].filter(([path]) => /\.(js|ts)$/.test(path)).map(([, text]) => text.replace(COMMENT, ""));
  const specifiers = modules.flatMap((text) => [...text.matchAll(IMPORT)].map((match) => match[1]!));
  const names = new Set(specifiers.filter((name) => !/^(\.{1,2}\/|node:)/.test(name)).map(packageOf));
  return Object.fromEntries([...names].map((name) => [name, (imports[name] ?? "").replace(/^npm:.*@/, "")]));
}

function packageOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function* difference(
  what: string,
  made: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
  exact: boolean = false,
): Generator<string> {
  for (const key of new Set([...Object.keys(wanted), ...(exact ? Object.keys(made) : [])])) {
    const [is, should] = [JSON.stringify(made[key]), JSON.stringify(wanted[key])];
    if (is !== should) yield `${what}: ${key} is ${is}, and should be ${should}`;
  }
}
