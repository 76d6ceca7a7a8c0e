import { type SandboxState, TimeoutError } from "../../../mod.ts";
import type { Sandbox } from "../types.ts";
import type { ObjectReport } from "./describe_object.ts";
import { isMissing, sandboxGone, sandboxMissing } from "./missing.ts";
import { notRunning } from "./not_running.ts";
import { conditionOf, isPauseWanted, phaseOf, sandboxIdOf } from "./sandbox_fields.ts";
import { sandboxState, type SandboxStateInfo } from "./sandbox_state.ts";
import type { Subject } from "./subject.ts";
import { type Failing, type Verdict, waitForObject, type Wanted } from "./wait_for_object.ts";
import type { WaitOptionsK8s } from "./wait_for_sandbox.ts";

const STATES: readonly SandboxState[] = ["running", "paused", "creating", "available", "dead"];

/** Waits until a sandbox is in a state. */
export async function waitForState(subject: Subject<Sandbox>, options: WaitOptionsK8s): Promise<Sandbox> {
  const { state = "running" } = options;
  if (!STATES.includes(state)) {
    throw new TypeError(`Cannot wait for the state ${JSON.stringify(state)}: pass one of ${STATES.join(", ")}`);
  }
  try {
    return await waitForObject(subject, options, new WantedState(subject, state));
  } catch (error) {
    throw isMissing(error, subject.name) ? sandboxMissing("wait for", subject, error) : error;
  }
}

class WantedState implements Wanted<Sandbox> {
  readonly #title: string;
  readonly #wanted: SandboxState;

  constructor({ title }: Subject<Sandbox>, wanted: SandboxState) {
    this.#title = title;
    this.#wanted = wanted;
  }

  judge({ object, isGone }: { object: Sandbox; isGone: boolean }, first: Sandbox): Verdict<Sandbox> {
    const wanted = this.#wanted;
    const info = sandboxState(object);
    const isAnother = object.metadata.uid !== first.metadata.uid;
    const isOver = isGone || isAnother || (info.reason === "ResourceDeleted" && object !== first);
    if (isOver) {
      if (wanted === "dead") return { done: isAnother ? first : object };
      const how = isAnother ? "it was deleted, and another one has its name" : "it was deleted meanwhile";
      const about = (report: ObjectReport) => isAnother ? "" : report.text;
      return { fail: (report) => sandboxGone("wait for", this.#title, how, about(report), sandboxIdOf(first)) };
    }
    if (isReached(object, info, wanted)) return { done: object };
    return isHopeless(info, wanted) ? { fail: this.#refusal(object, info) } : undefined;
  }

  late(last: Sandbox | undefined, timeoutMs: number): Failing {
    return ({ text, missingRight }) => {
      const state = last === undefined ? "" : `still ${sandboxState(last).state} `;
      const hint = last === undefined ? SLOW_SERVER : lateHint(last, this.#wanted);
      const more = missingRight === undefined ? "" : `; its events would tell more: ${missingRight}`;
      return new TimeoutError(
        `Cannot wait for ${this.#title} to be ${this.#wanted}: ${state}after ${timeoutMs} ms (${text})`,
        {
          code: "wait_timeout",
          retryable: true,
          sandboxId: last === undefined ? undefined : sandboxIdOf(last),
          hint: hint + more,
        },
      );
    };
  }

  #refusal(sandbox: Sandbox, info: SandboxStateInfo): Failing {
    return ({ text, missingRight }) => {
      const more = missingRight === undefined ? undefined : `its events would tell more: ${missingRight}`;
      return notRunning(sandbox, {
        ...info,
        what: `wait for ${this.#title} to be ${this.#wanted}`,
        about: text,
        more,
      });
    };
  }
}

/** Whether the sandbox is in a state, and through with what leads there. */
function isReached(sandbox: Sandbox, { state, reason }: SandboxStateInfo, wanted: SandboxState): boolean {
  if (state !== wanted) return false;
  if (wanted === "dead") return isFinal(reason);
  // The phase changes at once, and the pod ends later.
  return wanted !== "paused" ||
    (phaseOf(sandbox) === "Paused" && conditionOf(sandbox, "SandboxPaused")?.status !== "False");
}

/** Whether a sandbox in one state will never come to another one. */
function isHopeless({ state, reason }: SandboxStateInfo, wanted: SandboxState): boolean {
  if (state === "available") return wanted === "running" || wanted === "paused";
  // Where its pause is due, too, a sandbox can be paused instead of being deleted.
  return isFinal(reason) && !(wanted === "paused" && reason === "ShutdownTimeReached");
}

/** Whether a dead sandbox stays dead. One that was resumed counts as dead until its runtime is ready. */
function isFinal(reason: string): boolean {
  return ["ResourceDeleted", "ShutdownTimeReached", "ResourceSucceeded", "ResourceFailed", "ResourceTerminating"]
    .includes(reason);
}

const SLOW_SERVER = "Raise timeoutMs, or look at what the API server is busy with";

function lateHint(sandbox: Sandbox, wanted: SandboxState): string {
  const { template, templateRef } = sandbox.spec ?? {};
  if (phaseOf(sandbox) === "") {
    return template === undefined && templateRef === undefined
      ? "It has neither spec.template nor spec.templateRef, and controllers ignore it for that"
      : "No controller has seen it: check that the sandbox controller of OpenKruise Agents runs";
  }
  if (wanted === "running" && isPauseWanted(sandbox)) return "It is paused: resume it with resumeSandbox";
  if (wanted === "paused" && !isPauseWanted(sandbox)) return "Nobody wants it paused: pause it with pauseSandbox";
  const { name, namespace } = sandbox.metadata;
  return `Raise timeoutMs, or see what holds it up: kubectl describe sandbox,pod ${name} -n ${namespace}`;
}
