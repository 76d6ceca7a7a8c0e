/**
 * Measures `./k8s` against an API server with 20,000 sandboxes in another process: listing all of them beside a loop of
 * `fetch` and `JSON.parse`, and an informer that holds them while they change. Every run is a fresh process.
 *
 * deno task bench:k8s [--runtime deno,bun,node] [--rows list,informer] [--rounds 5] [--objects 20000] [--changes 5000]
 *                     [--note <text>] [--write]
 *
 * `--write` puts the tables of the rows into README.md, with the note of what else the machine did. It judges nothing by its exit
 * code: timings are no test. That an event was lost is an error.
 */

import { parseArgs } from "node:util";
import { output, serve } from "./child.ts";
import { bundle, install } from "./install.ts";
import type { Sandbox } from "./kube/changes.ts";
import { type KubeRow, type Samples, tables } from "./kube/table.ts";
import type { InformerSample, ListSample } from "./kube/work.ts";
import { type Runtime, RUNTIMES } from "./rows.ts";
import { findRuntime, type Found } from "./runtimes.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    runtime: { type: "string", default: RUNTIMES.join() },
    rows: { type: "string", default: "list,informer" },
    rounds: { type: "string", default: "5" },
    objects: { type: "string", default: "20000" },
    changes: { type: "string", default: "5000" },
    note: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});
const runtimes = values.runtime.split(",").map((name): Runtime => {
  const known = RUNTIMES.find((runtime) => runtime === name);
  if (known === undefined) throw new TypeError(`Unknown choice "${name}": take of ${RUNTIMES.join(", ")}`);
  return known;
});
const rows = values.rows.split(",").map((name): KubeRow => {
  if (name !== "list" && name !== "informer") throw new TypeError(`Unknown row "${name}": take of list, informer`);
  return name;
});
const [rounds, objects, changes] = [values.rounds, values.objects, values.changes].map(Number) as [
  number,
  number,
  number,
];
const README = new URL("README.md", import.meta.url);

/** A sandbox as a real API server listed it, with its status and the notes of who wrote which field. */
async function recorded(): Promise<Sandbox> {
  const file = new URL("../tests/wire/kubernetes.json", import.meta.url);
  const { exchanges } = JSON.parse(await Deno.readTextFile(file));
  return exchanges.find(({ name }: { name: string }) => name === "list").response.body.items[0];
}

async function list({ launch }: Found, url: string, side: string): Promise<ListSample> {
  return JSON.parse(await output(launch("kube/work", ["list", side, url, String(objects)])));
}

async function follow({ launch }: Found, url: string, how: string, count: number): Promise<InformerSample> {
  const args = ["informer", how, url, String(objects), String(count)];
  return JSON.parse(await output(launch("kube/work", args, { gc: true })));
}

async function lists(found: Found, url: string, number: number, { client, bare }: Samples): Promise<void> {
  // Another one first each time.
  const sides = [["client", client], ["bare", bare]] as const;
  for (const [side, samples] of number % 2 === 0 ? sides : sides.toReversed()) {
    samples.push(await list(found, url, side));
  }
  if (client.at(-1)!.versions !== bare.at(-1)!.versions) throw new Error("Cannot compare: they saw different lists");
}

async function informers(found: Found, url: string, samples: Samples): Promise<void> {
  samples.once.push(await follow(found, url, "collect", changes));
  samples.twice.push(await follow(found, url, "collect", 2 * changes));
  samples.onceRun.push(await follow(found, url, "run", changes));
  samples.twiceRun.push(await follow(found, url, "run", 2 * changes));
}

async function write(row: KubeRow, text: string): Promise<void> {
  const [begin, end] = [`<!-- begin k8s ${row} -->`, `<!-- end k8s ${row} -->`];
  const readme = await Deno.readTextFile(README);
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no place for the table: ${begin} … ${end}`);
  await Deno.writeTextFile(README, `${readme.slice(0, from)}${begin}\n\n${text}\n\n${readme.slice(to)}`);
  await output({ command: [Deno.execPath(), "fmt", "--quiet", README.pathname] });
}

const dir = await Deno.makeTempDir();
try {
  await install({ e2b: false, client: false }, dir);
  await bundle(["kube/server", "kube/work"], dir);
  const founds: Found[] = [];
  for (const runtime of runtimes) founds.push(await findRuntime(runtime, dir));
  const host = await findRuntime("node", dir).catch(() => findRuntime("deno", dir));
  const sandbox = JSON.stringify(await recorded());
  await using server = await serve(host.launch("kube/server", [sandbox, String(objects)]));
  const all = founds.map((found): [Found, Samples] => {
    return [found, { client: [], bare: [], once: [], twice: [], onceRun: [], twiceRun: [] }];
  });
  for (let number = 0; number < rounds; number++) {
    for (const [found, samples] of all) {
      console.error(`round ${number + 1} of ${rounds}, ${found.title}`);
      if (rows.includes("list")) await lists(found, server.line, number, samples);
      if (rows.includes("informer")) await informers(found, server.line, samples);
    }
  }
  const date = new Date().toISOString().slice(0, 10);
  const size = `${objects} sandboxes of ${new TextEncoder().encode(sandbox).length} bytes`;
  const note = values.note === "" ? "" : `; ${values.note}`;
  for (const row of rows) {
    const text = `${date}, ${rounds} rounds, ${size}${note}\n\n${tables[row](all, changes)}`;
    console.log(`${text}\n`);
    if (values.write) await write(row, text);
  }
} finally {
  await Deno.remove(dir, { recursive: true });
}
