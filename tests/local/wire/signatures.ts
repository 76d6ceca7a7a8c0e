import { createHash } from "node:crypto";

/** Who and what a recorded signature may be about, right or wrong. */
const ACCOUNTS = ["user", "root", "node"];
const OPERATIONS = ["read", "write"];

/**
 * A request's path with what was signed for the recorded path signed for the path of this run, by the same account and
 * for the same operation, right or wrong.
 */
export function signedHere(recorded: string, here: string, token: string | null): string {
  const { searchParams: asked } = new URL(recorded, "http://recorded");
  const signature = asked.get("signature");
  if (signature === null || token === null) return here;
  const url = new URL(here, "http://here");
  const expirations = [[], [asked.get("signature_expiration") ?? "4102444800"]];
  for (const operation of OPERATIONS) {
    for (const account of ACCOUNTS) {
      for (const expiration of expirations) {
        const rest = [operation, account, token, ...expiration];
        if (sign([asked.get("path") ?? "", ...rest]) !== signature) continue;
        const own = sign([url.searchParams.get("path") ?? "", ...rest]);
        return here.replace(encodeURIComponent(signature), () => encodeURIComponent(own));
      }
    }
  }
  return here;
}

function sign(parts: readonly string[]): string {
  return `v1_${createHash("sha256").update(parts.join(":")).digest("base64").replace(/=+$/, "")}`;
}
