/**
 * Runs the portable cases on every platform against the local runtime, and says what passed where.
 *
 * deno task runtimes [--platform deno,bun,node20,node22,node,workerd,miniflare,chromium] [--leg 0.2.10,0.6.13,tls]
 *   [--case <text>] [--jobs 2] [--write]
 *
 * `--case` runs the cases whose names hold a text, `--jobs` so many legs at a time. `--write` puts the table of a whole
 * run into README.md.
 */

import { parseArgs } from "node:util";
import { RuntimeClient } from "../mod.ts";
import { type LocalRuntime, startLocalRuntime } from "../src/local/mod.ts";
import { leftRunning } from "../tests/conformance/tools.ts";
import { serveFaults } from "../tests/runtimes/faults.ts";
import { allCases, type Outcome } from "../tests/runtimes/job.ts";
import { limitOf } from "../tests/runtimes/limits.ts";
import { stopAll } from "../tests/runtimes/platforms/child.ts";
import { open } from "../tests/runtimes/platforms/mod.ts";
import { type Platform, type PlatformName, PLATFORMS } from "../tests/runtimes/platforms/platform.ts";
import { hasLeg, type Leg, LEGS, type Tally, type Version, withTable } from "../tests/runtimes/table.ts";

/** What ends a run early, in order. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const README = new URL("../README.md", import.meta.url);

const { values } = parseArgs({
  args: Deno.args,
  options: {
    platform: { type: "string", default: PLATFORMS.join() },
    leg: { type: "string", default: LEGS.join() },
    case: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
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
const legs = choice<Leg>(values.leg, LEGS);
const jobs = Number(values.jobs);
if (!(Number.isInteger(jobs) && jobs > 0)) throw new TypeError(`Cannot run "${values.jobs}" legs at a time`);
if (values.write && (names.length < PLATFORMS.length || legs.length < LEGS.length || values.case !== "")) {
  throw new TypeError("--write takes a whole run: leave out --platform, --leg and --case");
}

const isWanted = (name: string) => name.includes(values.case);
const nowhere = { refused: "", redirect: "", silent: "", cut: "", hostile: "" };
const all = allCases(nowhere).map(({ name }) => name).filter(isWanted);
if (all.length === 0) throw new TypeError(`No case has "${values.case}" in its name`);

/** Runs all that a platform can do on a leg. */
async function run(platform: Platform, name: PlatformName, leg: Leg): Promise<Tally> {
  const started = performance.now();
  let [cases, passed, failed] = [0, 0, 0];
  for await (const outcome of leg === "tls" ? platform.tls!(isWanted) : runCases(platform, name, leg)) {
    if (outcome.error === undefined) {
      passed++;
      if (all.includes(outcome.name)) cases++;
    } else {
      failed++;
      console.log(`${platform.title}, ${leg}: ${outcome.name}\n${outcome.error}\n`);
    }
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(`${platform.title}, ${leg}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`);
  return { name, leg, cases, passed, failed };
}

async function* runCases(platform: Platform, name: PlatformName, version: Version): AsyncGenerator<Outcome> {
  await using faults = await serveFaults();
  // Named accounts, so that others are unknown, as in a sandbox.
  await using runtime = await startLocalRuntime({ version, accounts: {} });
  const cases = all.filter((item) => limitOf(name, item) === undefined);
  yield* platform.run({ url: runtime.url, token: runtime.token, faults: faults.urls, cases });
  yield await nothingRuns(runtime);
}

/** Every command that a program started has ended, also those that it gave up. */
async function nothingRuns(runtime: LocalRuntime): Promise<Outcome> {
  const started = performance.now();
  const left = await leftRunning(new RuntimeClient(runtime.clientOptions()), 100);
  const ms = performance.now() - started;
  return { name: "no command is left in the sandbox", ms, ...(left.length > 0 && { error: left.join("\n") }) };
}

/** Opens platforms one after the other: they install things. */
function opener(dir: string): (name: PlatformName) => Promise<Platform> {
  const platforms = new Map<PlatformName, Promise<Platform>>();
  let last: Promise<unknown> = Promise.resolve();
  return (name) => {
    const platform = platforms.get(name) ?? last.catch(() => {}).then(() => open(name, dir));
    platforms.set(name, platform);
    return last = platform;
  };
}

/** Runs the legs of all platforms, some at a time. One that cannot be opened has failed. */
async function runAll(platforms: Map<PlatformName, Platform>, dir: string): Promise<Tally[]> {
  const opened = opener(dir);
  const waiting = names.flatMap((name) => legs.filter((leg) => hasLeg(name, leg)).map((leg) => ({ name, leg })));
  const tallies: Tally[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined && !stopped; next = waiting.shift()) {
      const { name, leg } = next;
      try {
        const platform = await opened(name);
        platforms.set(name, platform);
        tallies.push(await run(platform, name, leg));
      } catch (error) {
        console.log(`${name}, ${leg}: it does not run\n${error instanceof Error ? error.message : error}\n`);
        tallies.push({ name, leg, cases: 0, passed: 0, failed: 1 });
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return tallies;
}

async function write(platforms: ReadonlyMap<PlatformName, Platform>, tallies: readonly Tally[]): Promise<void> {
  const inOrder = new Map(PLATFORMS.map((name) => [name, platforms.get(name)!]));
  await Deno.writeTextFile(README, withTable(await Deno.readTextFile(README), inOrder, tallies, all.length));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", README.pathname] }).spawn().status;
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
  const tallies = await runAll(platforms, dir);
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  const good = failed === 0 && !stopped;
  if (values.write && good) await write(platforms, tallies);
  console.log(`\n${good ? "ok" : "FAILED"} | ${passed} passed | ${failed} failed`);
  if (!good) Deno.exitCode = 1;
} finally {
  for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  await Deno.remove(dir, { recursive: true });
}
