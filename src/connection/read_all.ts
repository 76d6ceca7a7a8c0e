import type { Bytes } from "../streams/bytes.ts";
import { concat } from "../streams/bytes.ts";
import { declaredLength, endsAsDeclared } from "./declared_length.ts";
import { type CallContext, failure } from "./error_map/failure.ts";
import { HINTS } from "./error_map/hints.ts";

/** Reads a whole body that must not be larger than the limit. */
export async function readAll(response: Response, limit: number, context: CallContext): Promise<Bytes> {
  const declared = declaredLength(response);
  if (declared !== undefined && declared > limit) throw await tooLarge(response, limit, context);
  // Half the time of a reader on Deno, and on Bun as long as nobody has asked for the body.
  if (declared !== undefined && endsAsDeclared(response)) return new Uint8Array(await response.arrayBuffer());
  if (response.body === null) return new Uint8Array(0);
  const parts: Bytes[] = [];
  let size = 0;
  const reader = response.body.getReader();
  while (true) {
    const { done, value } = await reader.read();
    if (done) return concat(parts, size);
    parts.push(value as Bytes);
    size += value.byteLength;
    if (size <= limit) continue;
    reader.releaseLock();
    throw await tooLarge(response, limit, context);
  }
}

async function tooLarge(response: Response, limit: number, context: CallContext): Promise<Error> {
  await response.body?.cancel().catch(() => {});
  return failure(context, `the answer is larger than ${limit} bytes`, {
    code: "protocol",
    hint: HINTS.frameLimit,
  }).error;
}
