/**
 * Runs the portable cases on every platform against the local runtime, and says what passed where.
 *
 * deno task runtimes [--platform deno,bun,node22,node,node20,workerd,chromium] [--version 0.2.10,0.6.13] [--case <text>] [--write]
 *
 * `--case` runs the cases whose names hold a text. `--write` makes docs/runtimes.md of a whole run.
 */

import { parseArgs } from "node:util";
import { RuntimeClient } from "../mod.ts";
import { type LocalRuntime, startLocalRuntime } from "../src/local/mod.ts";
import { serveFaults } from "../tests/runtimes/faults.ts";
import { allCases, type Job, type Outcome } from "../tests/runtimes/job.ts";
import { limitOf } from "../tests/runtimes/limits.ts";
import { stopAll } from "../tests/runtimes/platforms/child.ts";
import { open } from "../tests/runtimes/platforms/mod.ts";
import { type Platform, type PlatformName, PLATFORMS } from "../tests/runtimes/platforms/platform.ts";
import { document, type Tally, VERSIONS } from "../tests/runtimes/table.ts";

/** What ends a run early, in order. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    platform: { type: "string", default: PLATFORMS.join() },
    version: { type: "string", default: VERSIONS.join() },
    case: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});

/** The members of a comma-separated option, each of which must be known. */
function choice<T extends string>(option: string, known: readonly T[]): T[] {
  return option.split(",").map((name) => {
    const match = known.find((candidate) => candidate === name);
    if (match === undefined) throw new TypeError(`Unknown choice "${name}": take of ${known.join(", ")}`);
    return match;
  });
}

const names = choice<PlatformName>(values.platform, PLATFORMS);
const versions = choice(values.version, VERSIONS);
await using faults = await serveFaults();
const cases = allCases(faults.urls).map(({ name }) => name).filter((name) => name.includes(values.case));
if (values.write && (names.length < PLATFORMS.length || versions.length < VERSIONS.length || values.case !== "")) {
  throw new TypeError("--write takes a whole run: leave out --platform, --version and --case");
}
if (cases.length === 0) throw new TypeError(`No case has "${values.case}" in its name`);

/** Runs all that a platform can do against one version. */
async function run(platform: Platform, name: PlatformName, version: Tally["version"]): Promise<Tally> {
  // Named accounts, so that others are unknown, as in a sandbox.
  await using runtime = await startLocalRuntime({ version, accounts: {} });
  const wanted = cases.filter((item) => limitOf(name, item) === undefined);
  const job: Job = { url: runtime.url, token: runtime.token, faults: faults.urls, cases: wanted };
  const started = performance.now();
  const failed: Outcome[] = [];
  let passed = 0;
  const take = (outcome: Outcome) => {
    if (outcome.error === undefined) passed++;
    else failed.push(outcome);
    if (outcome.error !== undefined) console.log(`${platform.title}, ${version}: ${outcome.name}\n${outcome.error}\n`);
  };
  for await (const outcome of platform.run(job)) take(outcome);
  take(await nothingRuns(runtime));
  const seconds = (performance.now() - started) / 1000;
  console.log(`${platform.title}, ${version}: ${passed} passed, ${failed.length} failed, ${seconds.toFixed(1)} s`);
  return { name, version, passed, failed: failed.length };
}

/** Every command that a program started has ended, also those that it gave up. */
async function nothingRuns(runtime: LocalRuntime): Promise<Outcome> {
  const { commands } = new RuntimeClient(runtime.clientOptions());
  const name = "no command is left in the sandbox";
  const started = performance.now();
  for (let i = 0; i < 100; i++) if ((await commands.list()).length === 0) return { name, ms: 0 };
  const left = (await commands.list()).map(({ cmd, args }) => [cmd, ...args].join(" "));
  return { name, ms: performance.now() - started, error: left.join("\n") };
}

async function write(text: string): Promise<void> {
  const file = new URL("../docs/runtimes.md", import.meta.url);
  await Deno.writeTextFile(file, text);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", file.pathname] }).spawn().status;
}

const dir = await Deno.makeTempDir();
let stopped = false;
const stop = () => {
  stopped = true;
  void stopAll();
};
for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
try {
  const platforms = new Map<PlatformName, Platform>();
  const tallies: Tally[] = [];
  for (const name of names) {
    const platform = await open(name, dir);
    platforms.set(name, platform);
    for (const version of versions) if (!stopped) tallies.push(await run(platform, name, version));
    if (stopped) break;
  }
  if (values.write && !stopped) await write(document(platforms, tallies, cases));
  if (stopped || tallies.some(({ failed }) => failed > 0)) Deno.exitCode = 1;
} finally {
  for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  await Deno.remove(dir, { recursive: true });
}
