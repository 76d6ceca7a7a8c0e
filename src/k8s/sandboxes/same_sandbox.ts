import { AuthenticationError, type NotFoundError } from "../../../mod.ts";
import type { Sandbox } from "../types.ts";
import { sandboxGone } from "./missing.ts";
import { sandboxIdOf } from "./sandbox_fields.ts";
import { ownerOf, titleOf } from "./sandbox_keys.ts";

/** What makes a sandbox the one that was found: the object, whom it was delivered to, and as what. */
export interface SandboxIdentity {
  readonly namespace: string;
  readonly name: string;
  /** For errors. */
  readonly title: string;
  readonly uid: string | undefined;
  readonly owner: string | undefined;
  readonly sandboxId: string;
}

/** The identity of a sandbox that was read. */
export function identityOf(sandbox: Sandbox): SandboxIdentity {
  const { namespace = "", name = "", uid } = sandbox.metadata;
  const title = titleOf("sandbox", sandbox);
  return { namespace, name, title, uid, owner: ownerOf(sandbox), sandboxId: sandboxIdOf(sandbox) };
}

/**
 * Checks that what was read later is still the sandbox that was found. A namesake that was made since, or the same
 * object as it was delivered to the next owner, must not get what was meant for that one.
 */
export function checkSame(found: SandboxIdentity, now: Sandbox): void {
  const { uid, owner, sandboxId } = identityOf(now);
  if (uid !== found.uid) throw goneError(found, "it was deleted, and another one has its name");
  if (owner === found.owner && sandboxId === found.sandboxId) return;
  throw new AuthenticationError(`Cannot go on with ${found.title}: it was given to somebody else`, {
    code: "forbidden",
    sandboxId: found.sandboxId,
    hint: "Nothing of what it held is left: claim or create another one",
  });
}

/** The error of a sandbox that is there no longer. */
export function goneError({ title, sandboxId }: SandboxIdentity, how: string): NotFoundError {
  return sandboxGone("go on with", title, how, "", sandboxId);
}
