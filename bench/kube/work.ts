/**
 * Does one job in this process and prints what it took: `work list <client|bare> <url> <objects>`, or
 * `work informer <collect|run> <url> <objects> <changes>`.
 */

import process from "node:process";
import { informer, KubeClient, type KubeConfig } from "../../src/k8s/mod.ts";
import { forgetPeak, peak, resident } from "../memory.ts";
import type { Account } from "./changes.ts";
import { heapReader } from "./heap.ts";

/** What a list took. */
export interface ListSample {
  readonly ms: number;
  readonly cpuMs: number;
  readonly seen: number;
  /** The sum of the versions that were seen. */
  readonly versions: number;
  readonly peakMib: number | null;
  readonly growthMib: number | null;
}

/** What an informer took, in MiB. What was collected is null where it just ran, and the other way round. */
export interface InformerSample {
  /** Alive when all was listed. */
  readonly synced: number;
  /** The most that was alive, looked at every 500 changes, and what was when all had been told. */
  readonly most: number | null;
  readonly after: number;
  /** What the resident set rose by. */
  readonly risenMib: number | null;
  /** How many changes were made, and how many were told. */
  readonly made: number;
  readonly told: number;
}

const PAGE = 500;
const PATH = "/apis/agents.kruise.io/v1alpha1/namespaces/bench/sandboxes";
/** As many as warm the work up. */
const WARM_UP = 4 * PAGE;
/** How often it is looked at what is alive. */
const EVERY = 500;
/** As long as nothing takes that goes well. */
const MOST_MS = 120_000;

const [job, how, url, ...counts] = process.argv.slice(2) as [string, string, string, ...string[]];
const [objects, changes] = counts.map(Number) as [number, number];
const config: KubeConfig = {
  clusters: [{ name: "bench", cluster: { server: url } }],
  contexts: [{ name: "bench", context: { cluster: "bench", namespace: "bench" } }],
  "current-context": "bench",
};

interface Seen {
  seen: number;
  versions: number;
}

/** Lists, until so many were seen. */
type List = (most: number) => Promise<Seen>;

function byClient(kube: KubeClient): List {
  return async (most) => {
    const all: Seen = { seen: 0, versions: 0 };
    for await (const { metadata } of kube.sandboxes().listAll({ pageSize: PAGE })) {
      all.versions += Number(metadata.resourceVersion);
      if (++all.seen === most) break;
    }
    return all;
  };
}

async function bare(most: number): Promise<Seen> {
  const all: Seen = { seen: 0, versions: 0 };
  let token: string | undefined;
  do {
    const response = await fetch(`${url}${PATH}?limit=${PAGE}${token === undefined ? "" : `&continue=${token}`}`);
    const page = JSON.parse(await response.text());
    for (const { metadata } of page.items) {
      all.versions += Number(metadata.resourceVersion);
      if (++all.seen === most) return all;
    }
    token = page.metadata.continue;
  } while (token);
  return all;
}

async function measureList(list: List): Promise<ListSample> {
  await list(WARM_UP);
  forgetPeak();
  const before = resident();
  const cpu = process.cpuUsage();
  const start = performance.now();
  const { seen, versions } = await list(objects);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  if (seen !== objects) throw new Error(`Cannot trust the list: saw ${seen} of ${objects}`);
  return { ms, cpuMs: (user + system) / 1000, seen, versions, peakMib: peak(), growthMib: peak() - before };
}

async function measureInformer(kube: KubeClient, collect: boolean): Promise<InformerSample> {
  const heap = await heapReader();
  await fetch(`${url}/reset`, { method: "POST" });
  const errors: unknown[] = [];
  const held = informer(kube.sandboxes(), { onError: (error) => errors.push(error) });
  await held.synced;
  if (held.list().length !== objects) throw new Error(`Cannot trust it: ${held.list().length} of ${objects} listed`);
  const synced = heap();
  let most = synced;

  const told = { ADDED: 0, MODIFIED: 0, DELETED: 0, versions: 0 };
  let count = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const all = new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Lost: ${count} of ${changes} changes came`)), MOST_MS);
    held.subscribe((event) => {
      if (event.type === "RESYNCED") throw new Error("Cannot be");
      told[event.type]++;
      told.versions += Number(event.object.metadata.resourceVersion);
      count++;
      if (collect && count % EVERY === 0) most = Math.max(most, heap());
      if (count === changes) resolve();
    });
  });
  forgetPeak();
  const before = resident();
  // The connection is cut in the middle, as those of a watch are.
  const query = `count=${changes}&cut=${changes / 2 + 1}`;
  const wanted: Account = await (await fetch(`${url}/changes?${query}`, { method: "POST" })).json();
  await all;
  clearTimeout(timer);
  const risenMib = collect ? null : peak() - before;

  const sum = held.list().reduce((sum, { metadata }) => sum + Number(metadata.resourceVersion), 0);
  const got: Account = { ...told, objects: held.list().length, held: sum };
  if (JSON.stringify(got) !== JSON.stringify(wanted) || errors.length > 0) {
    throw new Error(`Lost: ${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}; ${errors.join()}`);
  }
  return { synced, most: collect ? most : null, after: heap(), risenMib, made: changes, told: count };
}

const kube = await KubeClient.fromConfig(config);
const sample = job === "list"
  ? await measureList(how === "client" ? byClient(kube) : bare)
  : await measureInformer(kube, how === "collect");
// What is held open keeps no process alive that is done.
process.stdout.write(`${JSON.stringify(sample)}\n`, () => process.exit());
