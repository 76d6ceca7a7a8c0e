import { isSandboxError, type SandboxError } from "../../../mod.ts";
import { checkMilliseconds } from "../../errors/checks.ts";
import { requesterOf } from "../client/kube_client.ts";
import { DEFAULT_TIMEOUT_MS, withLimits } from "../client/limits.ts";
import type { KubeCallOptions, KubeObject } from "../types.ts";
import { type ObjectReport, reportOf } from "./describe_object.ts";
import { followObject, type Sight } from "./follow_object.ts";
import type { Subject } from "./subject.ts";

/** Makes an error of what is known of the object. */
export type Failing = (report: ObjectReport) => SandboxError;

/** What a look at an object means: it is as wanted, it never will be, or neither yet. */
export type Verdict<T> = { readonly done: T } | { readonly fail: Failing } | undefined;

/** What is waited for. */
export interface Wanted<T> {
  /** Judges what is seen; `first` is how the object was at the beginning. */
  judge(sight: Sight<T>, first: T): Verdict<T>;
  /** The limit has run out; `last` is how the object was seen last, if it was at all. */
  late(last: T | undefined, timeoutMs: number): Failing;
  /** The limit where none is given, in milliseconds. */
  readonly defaultMs?: number;
}

/** Waits until an object is as it shall be. */
export async function waitForObject<T extends KubeObject>(
  subject: Subject<T>,
  options: KubeCallOptions,
  wanted: Wanted<T>,
): Promise<T> {
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? wanted.defaultMs ?? DEFAULT_TIMEOUT_MS);
  const { closed } = requesterOf(subject.kube);
  const signals = options.signal ? [options.signal, closed] : [closed];
  let last: T | undefined;
  let limit: AbortSignal | undefined;
  let fail: Failing;
  try {
    const verdict = await withLimits({ what: `wait for ${subject.title}`, signals, timeoutMs }, async ({ signal }) => {
      limit = signal;
      let first: T | undefined;
      for await (const sight of followObject(subject, signal)) {
        signal.throwIfAborted();
        last = sight.object;
        first ??= sight.object;
        const verdict = wanted.judge(sight, first);
        if (verdict !== undefined) return verdict;
      }
      throw new TypeError("Following an object has no end");
    });
    if ("done" in verdict) return verdict.done;
    fail = verdict.fail;
  } catch (error) {
    // Requests have limits of their own, with the same class.
    if (!isSandboxError(error, "request_timeout") || limit?.reason !== error) throw error;
    fail = wanted.late(last, timeoutMs);
  }
  throw fail(await reportOf(subject, last, options.signal));
}
