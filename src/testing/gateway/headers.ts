/** Headers on their way through the gateway: in their own letter case, repeated ones kept apart. */

import type { Duplex } from "node:stream";

/** Envoy's limit for a head. */
export const MAX_HEADER_BYTES: number = 60 * 1024;

/** Has heads written as `node:http` reads them, a character a byte. */
export function asLatin1(socket: Duplex): void {
  socket.setDefaultEncoding("latin1");
}

/** Names and values in turn, as `node:http` gives them. */
export type RawHeaders = readonly string[];

/** Headers as `node:http` takes them. */
export type Headers = Record<string, string | string[]>;

/** These belong to one connection, and the gateway has two. `Expect` it answers itself. */
const OF_THE_CONNECTION = [
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
];

/** What goes on to the other side: all but what belongs to the connection, and what the gateway takes out. */
export function passedOn(raw: RawHeaders, takenOut: readonly string[] = []): Headers {
  const left = new Set([...OF_THE_CONNECTION, ...takenOut]);
  const found = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [name, value] = [raw[i]!, raw[i + 1]!];
    const key = name.toLowerCase();
    if (left.has(key)) continue;
    const known = found.get(key);
    if (known) known.values.push(value);
    else found.set(key, { name, values: [value] });
  }
  return Object.fromEntries(
    [...found.values()].map(({ name, values }) => [name, values.length === 1 ? values[0]! : values]),
  );
}
