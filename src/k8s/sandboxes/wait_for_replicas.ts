import { TimeoutError } from "../../../mod.ts";
import type { KubeCallOptions, SandboxClaim } from "../types.ts";
import { claimedOf, claimIncomplete, claimMissing, replicasOf } from "./claim_errors.ts";
import { isMissing } from "./missing.ts";
import { phaseOf } from "./sandbox_fields.ts";
import type { Subject } from "./subject.ts";
import { type Failing, type Verdict, waitForObject, type Wanted } from "./wait_for_object.ts";

/** Longer than the platform tries if a claim does not say otherwise (1 minute), so that its own verdict comes first. */
const DEFAULT_MS = 120_000;

/** Waits until a claim has all its sandboxes. */
export async function waitForReplicas(
  subject: Subject<SandboxClaim>,
  options: KubeCallOptions,
): Promise<SandboxClaim> {
  try {
    return await waitForObject(subject, options, new WantedClaim(subject));
  } catch (error) {
    throw isMissing(error, subject.name) ? claimMissing("wait for", subject, error) : error;
  }
}

class WantedClaim implements Wanted<SandboxClaim> {
  readonly defaultMs = DEFAULT_MS;
  readonly #title: string;

  constructor({ title }: Subject<SandboxClaim>) {
    this.#title = title;
  }

  judge({ object, isGone }: { object: SandboxClaim; isGone: boolean }, first: SandboxClaim): Verdict<SandboxClaim> {
    const title = this.#title;
    if (object.metadata.uid !== first.metadata.uid) {
      return {
        fail: (report) => claimIncomplete(first, title, "it was deleted, and another one has its name,", report),
      };
    }
    const isCompleted = phaseOf(object) === "Completed";
    // Also of one that goes at once: its sandboxes stay.
    if (isCompleted && claimedOf(object) >= replicasOf(object)) return { done: object };
    const isOver = isGone || object.metadata.deletionTimestamp !== undefined;
    if (!isOver && !isCompleted) return undefined;
    const how = isCompleted ? "it is completed" : "it was deleted";
    return { fail: (report) => claimIncomplete(object, title, how, report) };
  }

  late(last: SandboxClaim | undefined, timeoutMs: number): Failing {
    return ({ text, missingRight }) => {
      const has = last === undefined ? "" : `it has ${claimedOf(last)} of ${replicasOf(last)} sandboxes `;
      const more = missingRight === undefined ? "" : `; its events would tell more: ${missingRight}`;
      return new TimeoutError(`Cannot wait for ${this.#title}: ${has}after ${timeoutMs} ms (${text})`, {
        code: "wait_timeout",
        retryable: true,
        hint: lateHint(last) + more,
      });
    };
  }
}

function lateHint(last: SandboxClaim | undefined): string {
  if (last === undefined) return "Raise timeoutMs, or look at what the API server is busy with";
  if (phaseOf(last) === "") return "No controller has seen it: check that the controller of OpenKruise Agents runs";
  return `Raise timeoutMs: the platform itself tries for ${last.spec.claimTimeout ?? "1m"}, as spec.claimTimeout says`;
}
