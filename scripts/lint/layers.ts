/**
 * Which part of the source may import which: the data flows one way, from `errors` up to `mod.ts`, and rooms that
 * stand side by side do not know each other. `docs/architecture.md` says why.
 */

const BASE = ["errors", "streams", "time"];
const ROOMS = ["commands", "pty", "jobs", "files", "ports", "code_interpreter"];
/** Parts with a public entry: everyone else imports only their `mod.ts`. */
const ENTRIES = ["local", "k8s", "testing"];

/** What two parts take from each other's inside: a pseudo-terminal is not something to offer, or to have twice. */
const SHARED: Readonly<Record<string, readonly string[]>> = { testing: ["src/local/terminal.ts"] };

/** The parts of the core, and what each may import besides itself. */
const CORE: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  time: [],
  streams: ["errors"],
  options: BASE,
  connection: [...BASE, "options", "codec"],
  process: [...BASE, "options", "codec", "connection"],
  ...Object.fromEntries(ROOMS.map((room) => [room, [...BASE, "connection", "process"]])),
  client: [...BASE, "options", "connection", "process", ...ROOMS],
  mod: [...BASE, "options", "connection", "process", ...ROOMS, "client"],
};

const PARTS: Readonly<Record<string, readonly string[]>> = {
  ...CORE,
  gen: [],
  codec: [],
  local: [...BASE, "gen", "mod"],
  // Commands in containers have the output of commands in sandboxes: what is kept of it, its streams and callbacks.
  k8s: [...BASE, "process", "mod"],
  testing: ["mod", ...ENTRIES],
  cli: ["mod", ...ENTRIES],
  examples: ["mod", ...ENTRIES],
};

/**
 * What the core and its codec take from npm: the reader and the writer of protobuf's wire format. The rest of that
 * library, and Connect's, are reflection, which a browser would have to load.
 */
const CORE_PACKAGES = ["@bufbuild/protobuf/wire"];

function partOf(path: string): string | undefined {
  const [top = "", room = ""] = path.split("/");
  if (top === "mod.ts") return "mod";
  if (top === "gen") return room === "codec" ? "codec" : "gen";
  if (top === "examples") return top;
  if (top !== "src") return undefined;
  if (room.startsWith("options") && room.endsWith(".ts")) return "options";
  return room.replace(/\.ts$/, "");
}

/** Whether a file belongs to the entry `.`, which knows neither a runtime nor, outside `connection`, a network. */
export function isCore(path: string): boolean {
  return Object.hasOwn(CORE, partOf(path) ?? "");
}

/** Says what is wrong with an import, or nothing. Paths are relative to the repository and use `/`. */
export function checkImport(path: string, specifier: string): string | undefined {
  const part = partOf(path);
  if (part === undefined) return undefined; // tests, scripts and benchmarks see everything
  const allowed = PARTS[part];
  if (!allowed) return `"${path}" belongs to no part of the layout`;
  return specifier.startsWith(".") ? checkLocal(part, allowed, path, specifier) : checkPackage(part, specifier);
}

function checkLocal(part: string, allowed: readonly string[], path: string, specifier: string): string | undefined {
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const other = partOf(target) ?? target;
  if (other === part) return undefined;
  if (!allowed.includes(other)) return `"${part}" must not import "${other}"`;
  if (SHARED[part]?.includes(target) === true) return undefined;
  if (ENTRIES.includes(other) && target !== `src/${other}/mod.ts`) {
    return `"${part}" must import "${other}" through its mod.ts`;
  }
  return undefined;
}

function checkPackage(part: string, specifier: string): string | undefined {
  if (specifier.startsWith("jsr:") || specifier.startsWith("@std/")) {
    return `"${specifier}" is for tests: the package depends on npm alone`;
  }
  if (Object.hasOwn(CORE, part) && !CORE_PACKAGES.includes(specifier)) {
    return `the core must not import "${specifier}": it uses web APIs and ${CORE_PACKAGES.join(", ")}`;
  }
  return undefined;
}
