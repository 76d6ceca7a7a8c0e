import type { Bytes } from "../../streams/bytes.ts";
import { decodeParts } from "../../streams/utf8_decoder.ts";

/** A `Status` with many causes is long; what is longer than this is none. */
const MOST_BYTES = 2 ** 20;

/** The text of an answer that is a failure, as far as it comes; empty for a binary one. */
export async function readErrorText(response: Response): Promise<string> {
  if (/protobuf|octet-stream|cbor/.test(response.headers.get("content-type") ?? "")) {
    await response.body?.cancel().catch(() => {});
    return "";
  }
  const reader = response.body?.getReader();
  const parts: Bytes[] = [];
  let length = 0;
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader!.read()) {
      parts.push(next.value as Bytes);
      length += next.value.byteLength;
      if (length > MOST_BYTES) await reader!.cancel();
    }
  } catch {
    // The status alone tells enough.
  }
  return decodeParts(parts);
}
