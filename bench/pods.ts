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
import type { PodSample } from "./pods/work.ts";
import { type Runtime, RUNTIMES } from "./rows.ts";

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

const program = new URL("pods/work.ts", import.meta.url).pathname;
const LAUNCH: Readonly<Record<Runtime, readonly [string, ...string[]]>> = {
  deno: [Deno.execPath(), "run", "-A", "--quiet", "--no-check"],
  bun: ["npx", "--yes", "bun@1"],
  node: ["npx", "--yes", "tsx@4"],
};
const env = { KUBECONFIG: Deno.env.get("KUBECONFIG_TOKEN") ?? "" };

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

async function work(runtime: Runtime, ...args: readonly string[]): Promise<PodSample> {
  return JSON.parse(await output({ command: [...LAUNCH[runtime], program, ...args], env }));
}

async function timed(...command: readonly [string, ...string[]]): Promise<PodSample> {
  const start = performance.now();
  await output({ command, env });
  return { ms: performance.now() - start, cpuMs: NaN, growthMib: NaN };
}

/** Two sides in turn. */
async function compare(
  title: string,
  ours: () => Promise<PodSample>,
  theirs?: () => Promise<PodSample>,
): Promise<void> {
  const samples: [PodSample[], PodSample[]] = [[], []];
  for (let round = 0; round < Number(values.rounds); round++) {
    if (theirs && round % 2 === 1) samples[1].push(await theirs());
    samples[0].push(await ours());
    if (theirs && round % 2 === 0) samples[1].push(await theirs());
  }
  const [mine, other] = samples.map((side) => median(side.map(({ ms }) => ms))) as [number, number];
  const growth = Math.max(...samples[0].map(({ growthMib }) => growthMib)).toFixed(0);
  const cpu = median(samples[0].map(({ cpuMs }) => cpuMs)).toFixed(0);
  const beside = theirs === undefined ? "" : ` | ${other.toFixed(0)} | ${(mine / other).toFixed(2)}`;
  console.log(`| ${title} | ${mine.toFixed(0)} | ${cpu} | ${growth}${beside} |`);
}

/** A directory of the machine, which is also where containers of the server's nodes have theirs. */
const dir = await Deno.makeTempDir();
try {
  const sh = (script: string) => output({ command: ["sh", "-c", script], cwd: dir });
  await sh(`head -c ${Number(values.large) * 2 ** 20} /dev/urandom >large; mkdir small out`);
  await sh(`i=0; while [ $i -lt ${values.files} ]; do echo "file $i" >small/$i; i=$((i+1)); done`);
  console.log("| row | ms | CPU ms | growth MiB | beside ms | ratio |\n| --- | --: | --: | --: | --: | --: |");
  const bytes = String(Number(values.output) * 2 ** 20);
  for (const runtime of values.runtime.split(",") as Runtime[]) {
    for (const pod of values.pod.split(",")) {
      const row = (text: string) => `${runtime}, ${pod}: ${text}`;
      await compare(
        row(`${values.output} MiB of output, beside a bare WebSocket`),
        () => work(runtime, "exec", pod, "-", bytes),
        () => work(runtime, "bare", pod, "-", bytes),
      );
      for (const what of ["large", "small"]) {
        const size = what === "large" ? `${values.large} MiB` : `${values.files} files`;
        const clean = () => sh("rm -rf out to; mkdir out");
        await compare(
          row(`${size} to, beside kubectl cp`),
          async () => {
            await clean();
            return await work(runtime, "to", pod, `${dir}/${what}`, `${dir}/to`);
          },
          async () => {
            await clean();
            return await timed(kubectl, "cp", `${dir}/${what}`, `${pod}:${dir}/out/${what}`);
          },
        );
        await compare(
          row(`${size} from, beside kubectl cp`),
          async () => {
            await clean();
            return await work(runtime, "from", pod, `${dir}/${what}`, `${dir}/out`);
          },
          async () => {
            await clean();
            return await timed(kubectl, "cp", `${pod}:${dir}/${what}`, `${dir}/out/${what}`);
          },
        );
      }
      await compare(row(`${values.many} commands at once`), () => work(runtime, "many", pod, "-", values.many));
    }
  }
} finally {
  await Deno.remove(dir, { recursive: true });
}
