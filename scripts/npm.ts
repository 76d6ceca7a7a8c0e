/**
 * Packs the package for npm, and uses it as others do: installed by npm in an empty directory, compiled against by
 * TypeScript, run on Node and Bun, bundled for browsers and Workers.
 *
 * deno task npm [--keep]
 *
 * `--keep` leaves the directory with the package and the projects, and says where it is.
 */

import { parseArgs } from "node:util";
import { compile, createProject, type Globals, type Resolution } from "../tests/project/npm_package/consumer.ts";
import { type Manifest, problemsOf } from "../tests/project/npm_package/contents.ts";
import { makeAuthority } from "../tests/gateway/certificates.ts";
import { bundleFile } from "../tests/runtimes/platforms/bundle.ts";
import { output } from "../tests/runtimes/platforms/child.ts";
import { nodeProgram, npmProgram } from "../tests/runtimes/platforms/npm.ts";

const { values } = parseArgs({ args: Deno.args, options: { keep: { type: "boolean", default: false } } });
const root = new URL("../", import.meta.url).pathname;
const manifest: Manifest = JSON.parse(await Deno.readTextFile(`${root}deno.json`));

/** The TypeScript that people have: the newest, and the oldest that knows what `Uint8Array` is made over. */
const NEWEST = ["typescript@7", "@types/node@26"];
const OLDEST = ["typescript@5.7", "@types/node@20"];
const PUBLINT = "publint@0.3";

const counts = { passed: 0, failed: 0 };

/** Does one thing with the package, and tells how that went. */
async function check(name: string, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  try {
    await work();
    counts.passed++;
    console.log(`ok      ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    counts.failed++;
    console.log(`FAILED  ${name}\n${error instanceof Error ? error.message : error}\n`);
  }
}

async function pack(tarball: string): Promise<void> {
  // Source maps would hold the paths of this machine.
  const args = ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", tarball];
  await output(Deno.execPath(), args, root);
}

async function filesIn(dir: string, base: string = ""): Promise<[path: string, text: string][]> {
  const found: [string, string][] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${dir}/${base}`)) {
    const path = `${base}${name}`;
    if (isDirectory) found.push(...await filesIn(dir, `${path}/`));
    else found.push([path, await Deno.readTextFile(`${dir}/${path}`)]);
  }
  return found;
}

async function checkContents(installed: string): Promise<void> {
  const problems = problemsOf(new Map(await filesIn(installed)), manifest, root);
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

/** What runs on Node and Bun, and what belongs into a browser or a Worker. */
const HOSTED = ["agent.ts", "kubernetes.ts", "demo.ts"];
const BUNDLED = ["page.ts", "worker.ts"];

/** The programs that use the package; the demo imports by its name as others do. */
async function copyPrograms(dir: string): Promise<void> {
  for (const name of ["agent.ts", "kubernetes.ts", ...BUNDLED]) {
    await Deno.copyFile(`${root}tests/project/npm_package/programs/${name}`, `${dir}/${name}`);
  }
  for (const name of ["demo.ts", "demo_options.ts"]) {
    let text = await Deno.readTextFile(`${root}examples/${name}`);
    for (const [entry, path] of Object.entries(manifest.exports)) {
      text = text.replaceAll(`"../${path.slice(2)}"`, `"${manifest.name}${entry.slice(1)}"`);
    }
    await Deno.writeTextFile(`${dir}/${name}`, text);
  }
}

async function expectOutput(command: string, file: string, dir: string, wanted: string): Promise<void> {
  const printed = await output(command, [file], dir);
  if (!printed.includes(wanted)) throw new Error(`Cannot find "${wanted}" in what ${file} printed:\n${printed}`);
}

async function compileAll(
  title: string,
  dir: string,
  wanted: readonly (readonly [Resolution, Globals])[],
): Promise<void> {
  for (const [resolution, globals] of wanted) {
    const files = globals === "the DOM" ? BUNDLED : HOSTED;
    const name = `${title}, ${resolution}, with the types of ${globals}: ${files.join(", ")}`;
    await check(name, () => compile(dir, { resolution, globals, files }));
  }
}

async function run(dir: string): Promise<void> {
  await compile(dir, { resolution: "nodenext", globals: "Node", files: HOSTED, outDir: "out" });
  const authority = await makeAuthority("The cluster's");
  const tls = { ...await authority.issue({ names: ["127.0.0.1"] }), ca: authority.cert };
  await Deno.writeTextFile(`${dir}/tls.json`, JSON.stringify(tls));
  const platforms: [name: string, command: string][] = [
    ["Node 20", await nodeProgram("20", dir)],
    ["Node 22", await nodeProgram("22", dir)],
    ["Bun", await npmProgram("bun@1", "bun", dir)],
  ];
  for (const [name, command] of platforms) {
    await check(`${name}: every entry`, () => expectOutput(command, "out/agent.js", dir, "The agent is done"));
    await check(`${name}: a cluster`, () => expectOutput(command, "out/kubernetes.js", dir, "The cluster is done"));
    await check(`${name}: the demo`, () => expectOutput(command, "out/demo.js", dir, "still there: false"));
  }
}

async function bundleForBrowser(dir: string): Promise<void> {
  const outfile = await bundleFile(`${dir}/page.ts`, `${dir}/page.js`, "--platform=browser", "--minify");
  if ((await Deno.readTextFile(outfile)).includes("node:")) throw new Error("The bundle mentions modules of Node's");
}

async function bundleForWorkers(dir: string): Promise<void> {
  const options = ["--platform=browser", "--conditions=workerd,worker,browser", "--external:node:*"];
  const text = await Deno.readTextFile(await bundleFile(`${dir}/worker.ts`, `${dir}/worker.js`, ...options));
  const wrong = /^\s*(import|export)\b[^(\n]*["']node:.*|\brequire\(["']node:.*/m.exec(text)?.[0];
  if (wrong !== undefined) throw new Error(`The bundle cannot begin without a module of Node's: ${wrong}`);
}

const dir = await Deno.makeTempDir();
try {
  const tarball = `${dir}/package.tgz`;
  await pack(tarball);
  const newest = `${dir}/newest`;
  await createProject(newest, [tarball, ...NEWEST]);
  const installed = `${newest}/node_modules/${manifest.name}`;
  await check("the package holds what it should", () => checkContents(installed));
  await check("publint finds nothing", () => output("npx", ["--yes", PUBLINT, installed, "--strict"], dir));
  await copyPrograms(newest);
  await compileAll("TypeScript 7", newest, [
    ["bundler", "Node"],
    ["bundler", "Node and the DOM"],
    ["bundler", "the DOM"],
    ["nodenext", "Node"],
    ["nodenext", "Node and the DOM"],
    ["nodenext", "the DOM"],
  ]);
  const oldest = `${dir}/oldest`;
  await createProject(oldest, [tarball, ...OLDEST]);
  await copyPrograms(oldest);
  await compileAll("TypeScript 5.7", oldest, [["nodenext", "Node"], ["bundler", "the DOM"]]);
  await run(newest);
  await check("esbuild bundles it for browsers", () => bundleForBrowser(newest));
  await check("esbuild bundles it for Workers", () => bundleForWorkers(newest));
} finally {
  if (values.keep) console.log(`Kept in ${dir}`);
  else await Deno.remove(dir, { recursive: true });
}
const { passed, failed } = counts;
console.log(`\n${failed === 0 ? "ok" : "FAILED"} | ${passed} passed | ${failed} failed`);
if (failed > 0) Deno.exitCode = 1;
