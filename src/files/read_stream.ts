import type { Connection } from "../connection/connection.ts";
import { engineFailure } from "../connection/error_map/engine.ts";
import { IdleLimit } from "../connection/idle_limit.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { Content } from "./content.ts";
import { download, fetchContent } from "./download.ts";
import type { ReadOptions } from "./file_options.ts";

/** A content whose first piece is there already. */
interface Opened {
  readonly content: Content;
  readonly first: Bytes | undefined;
}

/** A file as a stream. What goes wrong before its first byte rejects the call. */
export async function readStream(
  connection: Connection,
  path: string,
  options: ReadOptions,
): Promise<ReadableStream<Bytes>> {
  const job = download(connection, path, options);
  const limit = new IdleLimit({
    signal: options.signal,
    timeoutMs: connection.timeoutMs(options),
    context: job.context,
  });
  limit.restart();
  try {
    const opening = fetchContent(connection, job, limit, async (content) => ({ content, first: await content.next() }));
    const opened = await Promise.race([opening, limit.ended]);
    const typed = (error: unknown) =>
      isSandboxError(error) ? error : engineFailure(job.context, error, connection.fetcher.baseUrl).error;
    return streamOf(opened, limit, typed);
  } catch (error) {
    limit.close();
    throw error;
  }
}

/** Reads only when it is read: what nobody takes stays with the daemon. */
function streamOf(
  { content, first }: Opened,
  limit: IdleLimit,
  typed: (error: unknown) => Error,
): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>({
    start(controller) {
      if (first === undefined) {
        limit.close();
        controller.close();
        return;
      }
      limit.rest();
      limit.signal.addEventListener("abort", () => {
        controller.error(limit.signal.reason);
        void content.cancel(limit.signal.reason);
      });
    },
    async pull(controller) {
      try {
        const piece = first ?? await content.next();
        first = undefined;
        limit.rest();
        if (piece !== undefined) return controller.enqueue(piece);
        limit.close();
        controller.close();
      } catch (error) {
        // Then the stream has its error already.
        if (limit.signal.aborted) return;
        limit.close();
        await content.cancel(error);
        throw typed(error);
      }
    },
    async cancel(reason) {
      limit.close();
      await content.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
