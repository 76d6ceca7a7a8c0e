import type { StartResponse } from "../../gen/codec/process/process.ts";
import type { Bytes } from "../streams/bytes.ts";

/** Field and type of a message, as they stand in front of it: numbers of `proto/process/process.proto`, with a length. */
const TAGS = { event: 1 << 3 | 2, data: 2 << 3 | 2, stdout: 1 << 3 | 2, stderr: 2 << 3 | 2, pty: 3 << 3 | 2 };

/**
 * A message of a stream that carries output and nothing else, which nearly all of them are. undefined for any other, and
 * for one in which a field stands beside another: they are for the decoder. It takes four times as long.
 */
export function dataEvent(message: Bytes): StartResponse | undefined {
  const event = contentOf(message, 0, TAGS.event);
  const data = event && contentOf(message, event, TAGS.data);
  const tag = data && message[data];
  const at = data && tag && contentOf(message, data, tag);
  if (!at) return undefined;
  const value = message.subarray(at);
  switch (tag) {
    case TAGS.stdout:
      return { event: { event: { $case: "data", value: { output: { $case: "stdout", value } } } } };
    case TAGS.stderr:
      return { event: { event: { $case: "data", value: { output: { $case: "stderr", value } } } } };
    case TAGS.pty:
      return { event: { event: { $case: "data", value: { output: { $case: "pty", value } } } } };
  }
}

/** Where the content begins of the field that goes from here to the end of the message; 0 for another one. */
function contentOf(message: Bytes, start: number, tag: number): number {
  if (message[start] !== tag) return 0;
  let length = 0;
  let at = start + 1;
  for (let shift = 0; shift < 28 && at < message.length; shift += 7) {
    const byte = message[at++]!;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) return at + length === message.length ? at : 0;
  }
  return 0;
}
