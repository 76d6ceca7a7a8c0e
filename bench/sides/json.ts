/** By hand with the JSON codec, where bytes are base64. */

import { Buffer } from "node:buffer";
import type { Bytes } from "../caller.ts";
import { measure } from "../measure.ts";
import { byHand } from "./by_hand.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const encode = (value: unknown) => encoder.encode(JSON.stringify(value)) as Bytes;
// deno-lint-ignore no-explicit-any -- As one reads JSON by hand.
const decode = (bytes: Bytes): any => JSON.parse(decoder.decode(bytes));

const fromBase64: (text: string) => Bytes = (Uint8Array as { fromBase64?: (text: string) => Bytes }).fromBase64 ??
  ((text) => Buffer.from(text, "base64") as Bytes);
const nothing: Bytes = new Uint8Array(0);

await measure(byHand({
  name: "json",
  startRequest: (cmd, args) => encode({ process: { cmd, args } }),
  pathRequest: (path) => encode({ path }),
  listRequest: (path) => encode({ path, depth: 1 }),
  stdout(event) {
    const data = decode(event).event.data?.stdout;
    return data === undefined ? nothing : fromBase64(data);
  },
  sizeOf: (answer) => Number(decode(answer).entry.size),
  entries: (answer) =>
    // deno-lint-ignore no-explicit-any -- As above.
    decode(answer).entries.map((entry: any) => ({
      ...entry,
      size: Number(entry.size ?? 0),
      modified: new Date(entry.modifiedTime),
    })),
}));
