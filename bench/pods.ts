/**
 * Measures what is about pods against a real API server (`tests/kube/up.sh`, whose variables must be set): output of a
 * command beside a loop over a bare WebSocket, copies beside `kubectl cp`, and commands at once. Every run is a fresh
 * process; the sides take turns.
 *
 * deno run -A bench/pods.ts [--runtime deno,bun,node] [--pod box,box-spdy] [--rounds 3] [--output 256] [--large 1024]
 *   [--files 5000] [--many 100]
 *
 * Sizes are in MiB. It judges nothing by its exit code: timings are no test.
 */

import { parseArgs } from "node:util";
import { output } from "./child.ts";
import { bundle, install } from "./install.ts";
import type { PodSample } from "./pods/work.ts";
import { type Runtime, RUNTIMES } from "./rows.ts";
import { findRuntime, type Found } from "./runtimes.ts";
import { spread } from "./table.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    runtime: { type: "string", default: RUNTIMES.join() },
    pod: { type: "string", default: "box,box-spdy" },
    rounds: { type: "string", default: "3" },
    output: { type: "string", default: "256" },
    large: { type: "string", default: "1024" },
    files: { type: "string", default: "5000" },
    many: { type: "string", default: "100" },
  },
});
const { K8S_KUBECTL: kubectl, K8S_RUN: run } = Deno.env.toObject();
if (kubectl === undefined || run === undefined) throw new Error("Start tests/kube/up.sh, and set what it prints");
const env = { KUBECONFIG: Deno.env.get("KUBECONFIG_TOKEN") ?? "" };

/** Who is measured, where, and what the sides do. */
interface Row {
  readonly found: Found;
  readonly pod: string;
  readonly what: string;
  /** The client's time must be within so many times the other side's. */
  readonly asked?: number;
  ours(): Promise<PodSample>;
  theirs?(): Promise<PodSample>;
}

async function work({ launch }: Found, ...args: readonly string[]): Promise<PodSample> {
  return JSON.parse(await output({ ...launch("pods/work", args), env }));
}

async function timed(...command: readonly [string, ...string[]]): Promise<PodSample> {
  const start = performance.now();
  await output({ command, env });
  return { ms: performance.now() - start, cpuMs: NaN, growthMib: NaN };
}

function shown(numbers: readonly number[], digits: number): string {
  const of = spread(numbers);
  return of === undefined ? "–" : `${of.median.toFixed(digits)} (${of.min.toFixed(digits)}–${of.max.toFixed(digits)})`;
}

/** Two sides in turn. A row that fails says so, and leaves the others. */
async function measure({ found, pod, what, asked, ours, theirs }: Row): Promise<void> {
  const mine: PodSample[] = [];
  const other: PodSample[] = [];
  try {
    for (let round = 0; round < Number(values.rounds); round++) {
      if (theirs && round % 2 === 1) other.push(await theirs());
      mine.push(await ours());
      if (theirs && round % 2 === 0) other.push(await theirs());
    }
  } catch (error) {
    console.error(error);
    console.log(`| ${what} | ${found.title}, ${pod} | **failed** | | | | | | |`);
    return;
  }
  const ratios = other.map(({ ms }, round) => mine[round]!.ms / ms);
  const work = other.map(({ cpuMs }, round) => mine[round]!.cpuMs / cpuMs).filter((ratio) => !Number.isNaN(ratio));
  const verdict = asked === undefined ? "–" : `≤ ${asked} ${spread(ratios)!.median <= asked ? "✓" : "**✗**"}`;
  const cells = [
    what,
    `${found.title}, ${pod}`,
    shown(mine.map(({ ms }) => ms), 0),
    shown(mine.map(({ cpuMs }) => cpuMs), 0),
    `+${Math.max(...mine.map(({ growthMib }) => growthMib)).toFixed(0)}`,
    shown(other.map(({ ms }) => ms), 0),
    shown(ratios, 2),
    shown(work, 2),
    verdict,
  ];
  console.log(`| ${cells.join(" | ")} |`);
}

/** A directory of the machine, which is also where containers of the server's nodes have theirs. */
const dir = await Deno.makeTempDir();
try {
  const sh = (script: string) => output({ command: ["sh", "-c", script], cwd: dir });
  await install({ e2b: false, client: true }, dir);
  // Packages that the client loads are the runtime's own where it has them, as Bun has `ws`.
  await bundle(["pods/work"], dir, ["ws", "undici", "yaml"]);
  await sh(`head -c ${Number(values.large) * 2 ** 20} /dev/urandom >large; mkdir small out`);
  await sh(`i=0; while [ $i -lt ${values.files} ]; do echo "file $i" >small/$i; i=$((i+1)); done`);
  const head = [
    "",
    "on",
    "client, ms",
    "its processor, ms",
    "peak MiB",
    "beside, ms",
    "client ÷ beside",
    "÷, processor",
    "asked",
  ];
  console.log(`| ${head.join(" | ")} |\n| ${head.map(() => "---").join(" | ")} |`);
  const bytes = String(Number(values.output) * 2 ** 20);
  const clean = () => sh("rm -rf out to; mkdir out");
  const rows: Row[] = [];
  for (const runtime of values.runtime.split(",") as Runtime[]) {
    const found = await findRuntime(runtime, dir);
    for (const pod of values.pod.split(",")) {
      rows.push({
        found,
        pod,
        what: `exec, ${values.output} MiB of output ÷ bare WebSocket`,
        asked: 1.3,
        ours: () => work(found, "exec", pod, "-", bytes),
        theirs: () => work(found, "bare", pod, "-", bytes),
      });
      for (const [name, title] of [["large", `${values.large} MiB`], ["small", `${values.files} files`]] as const) {
        rows.push({
          found,
          pod,
          what: `\`copyTo\`, ${title} ÷ \`kubectl cp\``,
          asked: 1,
          ours: async () => (await clean(), await work(found, "to", pod, `${dir}/${name}`, `${dir}/to`)),
          theirs:
            async () => (await clean(), await timed(kubectl, "cp", `${dir}/${name}`, `${pod}:${dir}/out/${name}`)),
        }, {
          found,
          pod,
          what: `\`copyFrom\`, ${title} ÷ \`kubectl cp\``,
          asked: 1,
          ours: async () => (await clean(), await work(found, "from", pod, `${dir}/${name}`, `${dir}/out`)),
          theirs:
            async () => (await clean(), await timed(kubectl, "cp", `${pod}:${dir}/${name}`, `${dir}/out/${name}`)),
        });
      }
      rows.push({
        found,
        pod,
        what: `${values.many} commands at once`,
        ours: () => work(found, "many", pod, "-", values.many),
      });
    }
  }
  // A row on all runtimes stands together.
  for (const what of new Set(rows.map((row) => row.what))) {
    for (const row of rows) if (row.what === what) await measure(row);
  }
} finally {
  await Deno.remove(dir, { recursive: true });
}
