import type { KubeStatusError } from "../../../mod.ts";
import { checkMilliseconds } from "../../errors/checks.ts";
import { requesterOf } from "../client/kube_client.ts";
import { DEFAULT_TIMEOUT_MS, withLimits } from "../client/limits.ts";
import type { Resource } from "../client/resource.ts";
import { isConflict } from "../errors/predicates.ts";
import type { KubeCallOptions, Sandbox, SandboxClaim } from "../types.ts";
import { claimMissing } from "./claim_errors.ts";
import { isMissing } from "./missing.ts";
import { CLAIM_NAME_LABEL, OWNER_ANNOTATION, phaseOf, RESERVED_FAILED_LABEL } from "./sandbox_fields.ts";
import type { Subject } from "./subject.ts";

/** How often a sandbox is read again that changes while it is deleted. */
const MOST_ATTEMPTS = 8;
/** How often is looked for sandboxes that a claim got just before it was deleted. */
const MOST_ROUNDS = 5;
/** How many sandboxes are deleted at a time. */
const AT_ONCE = 8;
/** The longest value of a label. */
const MOST_LABEL = 63;

/** Deletes a claim and the sandboxes that it got. */
export async function release(subject: Subject<SandboxClaim>, options: KubeCallOptions): Promise<void> {
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  const { closed } = requesterOf(subject.kube);
  const signals = options.signal ? [options.signal, closed] : [closed];
  await withLimits({ what: `release ${subject.title}`, signals, timeoutMs }, async ({ signal }) => {
    // The limit of the whole holds for each call.
    await new Release(subject, { signal, timeoutMs: 0 }).run();
  });
}

class Release {
  readonly #subject: Subject<SandboxClaim>;
  readonly #call: KubeCallOptions;
  readonly #sandboxes: Resource<Sandbox>;
  /** The claim's identity, where it was still there. */
  #owner: string | undefined;

  constructor(subject: Subject<SandboxClaim>, call: KubeCallOptions) {
    this.#subject = subject;
    this.#call = call;
    this.#sandboxes = subject.kube.sandboxes(subject.namespace);
  }

  async run(): Promise<void> {
    const { name } = this.#subject;
    let missing: KubeStatusError | undefined;
    let isCompleted = true;
    try {
      isCompleted = await this.#deleteClaim();
    } catch (error) {
      if (!isMissing(error, name)) throw error;
      missing = error;
    }
    let found = await this.#deleteSandboxes();
    if (missing !== undefined && found === 0 && this.#owner === undefined) {
      throw claimMissing("release", this.#subject, missing);
    }
    // A controller that was in the middle of it may have added some.
    for (let round = 1; !isCompleted && found > 0 && round < MOST_ROUNDS; round++) {
      found = await this.#deleteSandboxes();
    }
  }

  /** Deletes the claim first, so that it gets no more sandboxes. Says whether it was through with that. */
  async #deleteClaim(): Promise<boolean> {
    const { resource, name } = this.#subject;
    const claim = await resource.get(name, this.#call);
    const { uid } = claim.metadata;
    this.#owner = uid;
    try {
      await resource.delete(name, { ...this.#call, ...(uid === undefined ? {} : { preconditions: { uid } }) });
    } catch (error) {
      // Another claim has its name now.
      if (!isConflict(error)) throw error;
    }
    return phaseOf(claim) === "Completed";
  }

  /** Deletes the sandboxes that are there. Says how many there were. */
  async #deleteSandboxes(): Promise<number> {
    const { name } = this.#subject;
    if (name.length > MOST_LABEL) return 0; // No label can hold it.
    const labelSelector = `${CLAIM_NAME_LABEL}=${name},${RESERVED_FAILED_LABEL}!=true`;
    const own: Sandbox[] = [];
    for await (const sandbox of this.#sandboxes.listAll({ ...this.#call, labelSelector })) {
      if (this.#isOwn(sandbox)) own.push(sandbox);
    }
    for (let at = 0; at < own.length; at += AT_ONCE) {
      await Promise.all(own.slice(at, at + AT_ONCE).map((sandbox) => this.#deleteSandbox(sandbox)));
    }
    return own.length;
  }

  /** Whether it is one of the claim's that is not on its way out already. */
  #isOwn({ metadata: { labels, annotations, deletionTimestamp } }: Sandbox): boolean {
    return deletionTimestamp === undefined && labels?.[CLAIM_NAME_LABEL] === this.#subject.name &&
      (this.#owner === undefined || annotations?.[OWNER_ANNOTATION] === this.#owner);
  }

  /** A sandbox can go back to its pool and be claimed by others, with the same name and identity: never that one. */
  async #deleteSandbox(sandbox: Sandbox): Promise<void> {
    const name = sandbox.metadata.name!;
    for (let attempt = 1; this.#isOwn(sandbox); attempt++) {
      const { uid, resourceVersion } = sandbox.metadata;
      try {
        const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
        return await this.#sandboxes.delete(name, { ...this.#call, preconditions });
      } catch (error) {
        if (isMissing(error, name)) return;
        if (!isConflict(error) || attempt >= MOST_ATTEMPTS) throw error;
      }
      try {
        sandbox = await this.#sandboxes.get(name, this.#call);
      } catch (error) {
        if (isMissing(error, name)) return;
        throw error;
      }
    }
  }
}
