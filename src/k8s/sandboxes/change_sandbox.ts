import { checkMilliseconds } from "../../errors/checks.ts";
import { requesterOf } from "../client/kube_client.ts";
import { DEFAULT_TIMEOUT_MS, withLimits } from "../client/limits.ts";
import { isConflict } from "../errors/predicates.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";
import { isMissing, sandboxGone, sandboxMissing } from "./missing.ts";
import { sandboxIdOf } from "./sandbox_fields.ts";
import type { Subject } from "./subject.ts";

/** How often a change is tried that others come before. */
const MOST_ATTEMPTS = 8;
const FIRST_PAUSE_MS = 10;

/** What of a sandbox's `spec` is changed; null takes out. */
export type SpecChange = Readonly<Record<string, string | boolean | null>>;

/**
 * Reads a sandbox, decides what to change, and changes it if nobody else did meanwhile: else it begins anew, a few
 * times. Where there is nothing to change, the sandbox is left as it is.
 */
export async function changeSandbox(
  subject: Subject<Sandbox>,
  verb: string,
  options: KubeCallOptions,
  decide: (sandbox: Sandbox) => SpecChange | undefined,
): Promise<Sandbox> {
  const { kube, resource, name, title } = subject;
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const { clock, closed } = requesterOf(kube);
  const signals = options.signal ? [options.signal, closed] : [closed];
  return await withLimits({ what: `${verb} ${title}`, signals, timeoutMs }, async ({ signal }) => {
    // The limit of the whole holds for each call.
    const call = { signal, timeoutMs: 0 };
    let first: Sandbox | undefined;
    for (let attempt = 1;; attempt++) {
      try {
        const sandbox = await resource.get(name, call);
        first ??= sandbox;
        const { uid, resourceVersion } = sandbox.metadata;
        if (uid !== first.metadata.uid) throw recreated(verb, title, first);
        const change = decide(sandbox);
        if (change === undefined) return sandbox;
        return await resource.patch(name, { metadata: { uid, resourceVersion }, spec: change }, call);
      } catch (error) {
        if (isMissing(error, name)) throw sandboxMissing(verb, subject, error);
        if (!isConflict(error) || attempt >= MOST_ATTEMPTS) throw error;
      }
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (1 + clock.random()), signal);
    }
  });
}

function recreated(verb: string, title: string, first: Sandbox): Error {
  return sandboxGone(verb, title, "it was deleted, and another one has its name", "", sandboxIdOf(first));
}
