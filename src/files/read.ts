import type { Connection } from "../connection/connection.ts";
import { withIdleLimit } from "../connection/idle_limit.ts";
import type { Bytes } from "../streams/bytes.ts";
import { decodeUtf8 } from "../streams/utf8_decoder.ts";
import { collect, pieces } from "./collect.ts";
import type { Content } from "./content.ts";
import { download, fetchContent } from "./download.ts";
import { fillIsFast } from "./engine.ts";
import type { ReadOptions } from "./file_options.ts";

/** A file as bytes. */
export async function read(connection: Connection, path: string, options: ReadOptions): Promise<Bytes> {
  return await readWith(connection, path, options, collect, fillIsFast);
}

/** A file as text. */
export async function readText(connection: Connection, path: string, options: ReadOptions): Promise<string> {
  return decodeUtf8(await read(connection, path, options));
}

/** A file as a Blob with its media type. */
export async function readBlob(connection: Connection, path: string, options: ReadOptions): Promise<Blob> {
  return await readWith(connection, path, options, async (content) => {
    return new Blob(await pieces(content), { type: content.type });
  });
}

async function readWith<T>(
  connection: Connection,
  path: string,
  options: ReadOptions,
  consume: (content: Content) => Promise<T>,
  fill: boolean = false,
): Promise<T> {
  const job = download(connection, path, options);
  const limits = { signal: options.signal, timeoutMs: connection.timeoutMs(options), context: job.context };
  return await withIdleLimit(limits, (limit) => fetchContent(connection, job, limit, consume, fill));
}
