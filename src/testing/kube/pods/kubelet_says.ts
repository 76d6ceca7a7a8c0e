import type { Outgoing } from "../wire.ts";

/** An answer of a kubelet's own: a text, which the API server passes on as it is. */
export function kubeletSays(status: number, text: string): Outgoing {
  const headers = [["content-type", "text/plain; charset=utf-8"]] as const;
  return { status, headers, body: new TextEncoder().encode(text) };
}
