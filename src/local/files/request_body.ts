import type { Bytes } from "../../streams/bytes.ts";
import { HttpError } from "./http_error.ts";

/** The body of an upload, unpacked where the newer version unpacks it. */
export async function requestBody(request: Request, unpack: boolean): Promise<ReadableStream<Bytes>> {
  const body = request.body ?? emptyStream();
  const coding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  if (!unpack || coding === "identity" || coding === "") return body;
  if (coding !== "gzip") {
    throw new HttpError(400, `error decompressing request body: unsupported Content-Encoding: ${coding}`);
  }
  const unpacked = body.pipeThrough(new DecompressionStream("gzip")).getReader();
  // A body that is no gzip at all is known by its first bytes, before any file is made.
  const first = await unpacked.read().catch(() => {
    throw new HttpError(400, "error decompressing request body: gzip: invalid header");
  });
  return new ReadableStream<Bytes>({
    start(controller) {
      if (first.done) controller.close();
      else controller.enqueue(first.value);
    },
    async pull(controller) {
      const { done, value } = await unpacked.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => unpacked.cancel(reason),
  }, { highWaterMark: 0 });
}

function emptyStream(): ReadableStream<Bytes> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
