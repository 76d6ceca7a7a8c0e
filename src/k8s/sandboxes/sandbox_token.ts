import type { Sandbox } from "../types.ts";
import type { KubeLender } from "./kube_lender.ts";
import { isMissing } from "./missing.ts";
import { checkSame, goneError, identityOf } from "./same_sandbox.ts";
import { runtimeTokenOf } from "./sandbox_fields.ts";

/**
 * The function that a client asks for a sandbox's token: at first it gives the one that was found, and after a refusal
 * it reads the object again, which must be the same sandbox still. The object itself is not kept.
 */
export function sandboxToken(sandbox: Sandbox, lend: KubeLender): () => Promise<string> {
  const found = identityOf(sandbox);
  let first: string | undefined = runtimeTokenOf(sandbox) ?? "";

  return async () => {
    if (first !== undefined) {
      const token = first;
      first = undefined;
      return token;
    }
    const now = await lend((kube) => kube.sandboxes(found.namespace).get(found.name)).catch((error) => {
      throw isMissing(error, found.name) ? goneError(found, "it was deleted") : error;
    });
    checkSame(found, now);
    return runtimeTokenOf(now) ?? "";
  };
}
