import type { Outgoing } from "../wire.ts";

/** What a kubelet answers to a request that should have come as a WebSocket. */
export const UPGRADE_REQUIRED: Outgoing = {
  status: 500,
  headers: [["content-type", "text/plain; charset=utf-8"], ["x-content-type-options", "nosniff"]],
  body: new TextEncoder().encode("Upgrade request required\n"),
};

/** An answer of a kubelet's own: a text, which the API server passes on as it is. */
export function kubeletSays(status: number, text: string): Outgoing {
  const headers = [["content-type", "text/plain; charset=utf-8"]] as const;
  return { status, headers, body: new TextEncoder().encode(text) };
}
