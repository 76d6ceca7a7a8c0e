import type { ProcessInfo, SandboxErrorCode } from "../../mod.ts";
import { isSandboxError } from "../../mod.ts";
import type { FaultStruck } from "../../src/testing/mod.ts";
import { CheckError } from "../conformance/check.ts";
import { type FaultCase, isEndless, isHarmless, isStall, limitOf, SHORT_LIMIT_MS } from "./fault_case.ts";
import { codesOf, judge, reasonOf } from "./judge.ts";
import type { Scenario, Stage } from "./scenario.ts";
import { scenarioOf } from "./scenarios.ts";
import { buildStage } from "./stage.ts";

/** How a case went. */
export interface FaultReport {
  readonly case: FaultCase;
  /** The right result, the code of an error that tells the truth, or a lie. */
  readonly end: "right" | "lie" | SandboxErrorCode;
  readonly ms: number;
  readonly struck: readonly FaultStruck[];
  readonly trace: readonly string[];
  /** What is wrong, where something is. */
  readonly lie?: unknown;
}

/** No case takes so long: the longest is an answer that goes over byte by byte on a busy machine. */
const HANG_MS = 120_000;

/** What dies, dies in this time on the busiest machine. */
const DYING_MS = 15_000;

/** Runs a case and judges it. Never rejects for what the client does. */
export async function runFaultCase(fault: FaultCase): Promise<FaultReport> {
  await using built = await buildStage(fault);
  const { stage, proxy, owned } = built;
  const scenario = scenarioOf(fault.scenario);
  const started = performance.now();
  let end: FaultReport["end"] = "right";
  let lie: { readonly lie?: unknown } = {};
  try {
    const error = await within(HANG_MS, outcomeOf(scenario, stage));
    await within(HANG_MS, disposeAll(owned));
    // A portable case that fails may not have come to end what it started.
    const gaveUp = isPortable(scenario) && error !== undefined;
    const mayLeave = () => gaveUp || scenario.leaves === true || cannotEnd(proxy.struck);
    const left = await leftProcesses(stage, mayLeave);
    if (error !== undefined) {
      judgeAny(error, scenario, stage, proxy.struck);
      end = codeOf(error);
    }
    if (left.length > 0 && !mayLeave()) {
      throw new CheckError(`${left.length} processes were left behind, the first is ${JSON.stringify(left[0])}`);
    }
    await scenario.after?.(stage, { left, ...(error !== undefined && { error }) });
  } catch (error) {
    end = "lie";
    lie = { lie: error };
  }
  return {
    case: fault,
    end,
    ms: performance.now() - started,
    struck: [...proxy.struck],
    trace: [...built.trace],
    ...lie,
  };
}

/** What portable cases say of a process that does not end, ends before its time, or leaves something behind. */
const ENDED_AMISS = /still listed|it had its time|what is left/;

function isPortable({ name }: Scenario): boolean {
  return name.startsWith("case: ");
}

function codeOf(error: unknown): SandboxErrorCode {
  const reason = error instanceof CheckError ? error.cause : error;
  return isSandboxError(reason) ? reason.code : "unknown";
}

async function outcomeOf(scenario: Scenario, stage: Stage): Promise<unknown> {
  try {
    await scenario.run(stage);
    return undefined;
  } catch (error) {
    return error ?? new CheckError("rejected with nothing");
  }
}

/** Judges an error. What a scenario itself finds wrong is a lie, unless it came in place of an error it waited for. */
function judgeAny(error: unknown, scenario: Scenario, stage: Stage, struck: readonly FaultStruck[]): void {
  const reason = error instanceof CheckError && isSandboxError(error.cause) ? error.cause : error;
  // An abort is told the caller's own reason, also where the kill was lost; a portable case then waits for the end. And
  // where the helper for its tree was lost, the process itself is killed, at once.
  const endedAmiss = error instanceof CheckError && ENDED_AMISS.test(error.message);
  if (isPortable(scenario) && endedAmiss && cannotEnd(struck)) return;
  if (reason instanceof CheckError) throw reason;
  if (!isPortable(scenario)) return judge(reason, scenario, stage, struck);
  if (limitOf(stage.case) === SHORT_LIMIT_MS && [reason, (reason as Error).cause].some(isTimeout)) return;
  if (!isSandboxError(reason) || !codesOf(struck).has(reasonOf(reason))) throw error;
}

function isTimeout(error: unknown): boolean {
  return isSandboxError(error, "request_timeout");
}

/** Disposes handles, over a connection that may break: what comes of it is seen in what is left behind. */
async function disposeAll(owned: readonly AsyncDisposable[]): Promise<void> {
  await Promise.allSettled(owned.map((handle) => handle[Symbol.asyncDispose]()));
}

/** What still runs, once what dies had the time to. */
async function leftProcesses(stage: Stage, mayLeave: () => boolean): Promise<ProcessInfo[]> {
  const deadline = performance.now() + DYING_MS;
  while (true) {
    const left = await stage.direct.commands.list();
    if (mayLeave() || left.length === 0 || performance.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether the client cannot know of a process, or could not reach it: its start, its stream or its kill was broken. */
function cannotEnd(struck: readonly FaultStruck[]): boolean {
  return struck.some(({ request, plan }) =>
    /\/process\.Process\/(Start|SendSignal)$/.test(request) && !isHarmless(plan) && (!isStall(plan) || isEndless(plan))
  );
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckError(`it hangs: not over after ${milliseconds} ms`)), milliseconds);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
