/** What the driver asks of a program on some platform, and how the program answers. Web APIs alone. */

import { RuntimeClient } from "../../mod.ts";
import { type Case, runCase } from "../conformance/case.ts";
import { CASES } from "../conformance/cases.ts";
import { hostileCases } from "../hostile/cases.ts";
import { type Faults, platformCases } from "./platform_cases.ts";

/** The work of one program. */
export interface Job {
  /** The sandbox's runtime. */
  readonly url: string;
  readonly token: string;
  /** Servers that do something wrong. */
  readonly faults: Faults;
  /** The names of the cases to run, in order. */
  readonly cases: readonly string[];
}

/** How one case ended. */
export interface Outcome {
  readonly name: string;
  readonly ms: number;
  /** What went wrong, with its stack; absent where nothing did. */
  readonly error?: string;
  /** It did not end; what it holds may keep others from running. */
  readonly hangs?: true;
}

/** No case needs so long, on the slowest machine. */
const CASE_MS = 60_000;

/** All cases there are: the portable ones, those about what platforms do differently, and those of servers that lie. */
export function allCases(faults: Faults): readonly Case[] {
  return [...CASES, ...platformCases(faults), ...hostileCases(faults.hostile)];
}

/** A client of the sandbox. */
export function clientOf({ url, token }: Job): RuntimeClient {
  const sandboxBaseUrl = (port: number) => port === 49983 ? url : `http://127.0.0.1:${port}`;
  return new RuntimeClient({ sandboxBaseUrl, runtimeToken: token });
}

/** Runs the cases of a job one after the other, up to one that hangs. */
export async function* runJob(job: Job): AsyncGenerator<Outcome> {
  const sandbox = clientOf(job);
  for (const name of job.cases) {
    const outcome = await runNamed(sandbox, name, job.faults);
    yield outcome;
    if (outcome.hangs) return;
  }
}

/** Runs one case. */
export async function runNamed(sandbox: RuntimeClient, name: string, faults: Faults): Promise<Outcome> {
  const item = allCases(faults).find((item) => item.name === name);
  if (item === undefined) return { name, ms: 0, error: "There is no such case" };
  const started = performance.now();
  const done = runCase(sandbox, item).then(() => ({}), (error) => ({ error: described(error) }));
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<Pick<Outcome, "error" | "hangs">>((resolve) => {
    timer = setTimeout(() => resolve({ error: `It is not done after ${CASE_MS} ms`, hangs: true }), CASE_MS);
  });
  const end = await Promise.race([done, late]).finally(() => clearTimeout(timer));
  return { name, ms: performance.now() - started, ...end };
}

/** An error with its causes, as text: engines print them differently. */
export function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message, stack = "", cause } = error;
  const head = stack.includes(message) ? stack : `${name}: ${message}\n${stack}`;
  return cause === undefined ? head : `${head}\ncaused by ${described(cause)}`;
}
