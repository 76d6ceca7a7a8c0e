import type { Connection } from "../connection/connection.ts";
import type { CallContext } from "../connection/error_map/failure.ts";
import type { IdleLimit } from "../connection/idle_limit.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { checkMaxBytes, checkPath, checkRange, type Span } from "./arguments.ts";
import { Content, type Wanted } from "./content.ts";
import { contentPath } from "./content_path.ts";
import type { ReadOptions } from "./file_options.ts";

/** One reading of a file: its options checked, nothing asked yet. */
export interface Download {
  readonly path: string;
  readonly user: string | undefined;
  readonly wanted: Wanted;
  readonly context: CallContext;
}

/** Checks what a caller asks for. */
export function download(connection: Connection, path: string, options: ReadOptions): Download {
  const { user, onProgress } = options;
  return {
    path: checkPath(path),
    user,
    wanted: { range: checkRange(options.range), maxBytes: checkMaxBytes(options.maxBytes), onProgress },
    context: connection.context(`read file ${JSON.stringify(path)}`, "file"),
  };
}

/**
 * Asks for the content and hands it to `consume`, again after a broken connection: reading twice gives the same.
 * `fill` asks for a content that reads into views.
 */
export async function fetchContent<T>(
  connection: Connection,
  { path, user, wanted, context }: Download,
  limit: IdleLimit,
  consume: (content: Content) => Promise<T>,
  fill: boolean = false,
): Promise<T> {
  const open = async (response: Response): Promise<T> => {
    const content = new Content(response, wanted, limit, context, fill);
    try {
      content.check(response);
      return await consume(content);
    } catch (error) {
      await content.cancel(error);
      throw error;
    }
  };
  return await connection.accounts.forFiles(user, async ({ username, authorization }) => {
    try {
      return await connection.fetcher.send({
        ...context,
        operation: "files.read",
        method: "GET",
        path: contentPath(path, username),
        headers: wanted.range === undefined ? {} : { range: rangeHeader(wanted.range) },
        authorization,
        repeat: "idempotent",
        signal: limit.signal,
      }, open);
    } catch (error) {
      // The file is there and ends before the range begins: there is nothing to read.
      if (isSandboxError(error) && error.status === 416) return await open(new Response(null));
      throw error;
    }
  });
}

/** HTTP's ranges include their last byte, so the smallest has one: an empty range asks for that, and drops it. */
function rangeHeader({ start, end }: Span): string {
  return `bytes=${start}-${end === Infinity ? "" : Math.max(end - 1, start)}`;
}
