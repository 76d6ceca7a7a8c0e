import { Problem } from "./problem.ts";

/** Without a buffer of their own, streams of requests are read in pieces of 4 KiB, each with its own costs. */
const PIECE_BYTES = 65_536;

/** The largest body of a tool call, in bytes. */
const MAX_JSON_BYTES = 1_048_576;

/** The body of a request piece by piece. It fails beyond so many bytes, and where the caller leaves in the middle. */
export function limitedBody({ body, headers }: Request, maxBytes: number): AsyncIterable<Uint8Array> {
  const tooLarge = new Problem(413, "body_too_large", `The body has more than ${maxBytes} bytes`);
  // Before anything is sent on.
  if (Number(headers.get("Content-Length")) > maxBytes) throw tooLarge;
  return piecesOf(body, maxBytes, tooLarge);
}

async function* piecesOf(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  tooLarge: Problem,
): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  const reader = body.getReader({ mode: "byob" });
  let left = maxBytes;
  while (true) {
    const { done, value } = await reader.read(new Uint8Array(PIECE_BYTES)).catch(() => {
      throw new Problem(400, "incomplete_body", "The body ended before its end");
    });
    if (done) return;
    left -= value.byteLength;
    if (left < 0) throw tooLarge;
    yield value;
  }
}

/** Reads the body of a tool call. */
export async function readJson(request: Request): Promise<unknown> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for await (const bytes of limitedBody(request, MAX_JSON_BYTES)) text += decode(decoder, bytes);
  text += decode(decoder);
  if (text === "") throw invalid("The body is empty");
  try {
    return JSON.parse(text);
  } catch {
    throw invalid("The body is not JSON");
  }
}

function decode(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return decoder.decode(bytes, { stream: bytes !== undefined });
  } catch {
    throw invalid("The body is not UTF-8");
  }
}

function invalid(detail: string): Problem {
  return new Problem(400, "invalid_request", detail, { hint: 'Send {"command": "…"}' });
}
