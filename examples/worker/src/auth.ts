import { Problem } from "./problem.ts";

/** Refuses a caller who does not present the token, and everybody where there is none. */
export async function admit(request: Request, token: string | undefined): Promise<void> {
  if (!token) {
    throw new Problem(503, "not_configured", "This Worker has no token for its callers, and refuses everybody", {
      hint: "Set one: npx wrangler secret put CALLER_TOKEN",
    });
  }
  const presented = /^Bearer +(.*)$/i.exec(request.headers.get("Authorization") ?? "")?.[1];
  if (presented !== undefined && await isSame(presented, token)) return;
  throw new Problem(401, "unauthorized", "The caller's token is missing or wrong", {
    hint: "Send the header Authorization: Bearer <CALLER_TOKEN>",
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

/** Digests are of one length, and compared to their last byte: how long that takes tells nothing about the token. */
async function isSame(presented: string, token: string): Promise<boolean> {
  const [left, right] = await Promise.all([digestOf(presented), digestOf(token)]);
  let difference = 0;
  for (const [i, byte] of left.entries()) difference |= byte ^ right[i]!;
  return difference === 0;
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
