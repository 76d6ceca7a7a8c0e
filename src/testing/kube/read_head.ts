import type { IncomingMessage } from "node:http";
import type { Incoming } from "./wire.ts";

/** A request as its head says it. */
export function readHead(incoming: IncomingMessage, open: boolean, signal: AbortSignal): Incoming {
  const headers = new Headers();
  const lines = new Map<string, string[]>();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    const [name = "", value = ""] = incoming.rawHeaders.slice(at, at + 2);
    headers.append(name, value);
    const key = name.toLowerCase();
    lines.set(key, [...lines.get(key) ?? [], value]);
  }
  return {
    method: incoming.method ?? "GET",
    url: new URL(incoming.url ?? "/", "http://127.0.0.1"),
    headers,
    values: (name) => lines.get(name) ?? [],
    body: new Uint8Array(),
    signal,
    open,
  };
}
