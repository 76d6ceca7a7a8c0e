import type { Progress } from "@kruise-agents/runtime";
import { limitedBody } from "./body.ts";
import type { Call } from "./call.ts";
import { Problem, refuseMisuse } from "./problem.ts";

/** Cloudflare's own: the answer has a `Content-Length`. */
declare class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
  constructor(length: number);
}

/** `GET /files/<path>`: the content, as it comes. Its length tells the caller of a transfer that broke on the way. */
export async function readFile({ rest, sandbox }: Call): Promise<Response> {
  let size: number | undefined;
  // The first piece is told of before the stream is there.
  const onProgress: Progress = ({ totalBytes }) => size = totalBytes;
  const content = await sandbox.files.readStream(pathOf(rest), { onProgress }).catch(refuseMisuse);
  const body = size === undefined ? content : content.pipeThrough(new FixedLengthStream(size));
  return new Response(body, {
    headers: {
      "Content-Type": "application/octet-stream",
      "Cache-Control": "no-store",
      // What a sandbox made is never a page of this origin.
      "X-Content-Type-Options": "nosniff",
    },
  });
}

/** `PUT /files/<path>`: the body becomes the content, as it comes. */
export async function writeFile({ request, rest, sandbox, maxFileBytes }: Call): Promise<Response> {
  const content = limitedBody(request, maxFileBytes);
  const written = await sandbox.files.write(pathOf(rest), content).catch(refuseMisuse);
  return Response.json({ path: written.path }, { headers: { "Cache-Control": "no-store" } });
}

/** The path in the sandbox. It starts at the home directory; one with a slash, as `//etc/hosts` or `%2Fetc`, at the root. */
function pathOf(rest: string): string {
  let path: string;
  try {
    path = decodeURIComponent(rest);
  } catch {
    throw new Problem(400, "invalid_request", "The path of the file is not UTF-8 in percent-encoding");
  }
  if (path !== "" && !path.includes("\0")) return path;
  throw new Problem(400, "invalid_request", "The path of the file is empty or holds a zero byte");
}
