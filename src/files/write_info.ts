import { HINTS } from "../connection/error_map/hints.ts";
import type { Connection } from "../connection/connection.ts";
import { type CallContext, failure } from "../connection/error_map/failure.ts";
import { readAll } from "../connection/read_all.ts";
import { decodeUtf8 } from "../streams/utf8_decoder.ts";
import type { FileType } from "./entry_info.ts";

/** What was written. */
export interface WriteInfo {
  /** The last part of the path. */
  readonly name: string;
  /** The path: an absolute one as it was asked for, another one below the home directory. */
  readonly path: string;
  /** Always `file`. */
  readonly type: FileType;
}

/** Reads the answer to an upload: a list of the files written, as text. An empty one means that there was none. */
export async function readWriteInfo(
  connection: Connection,
  response: Response,
  context: CallContext,
): Promise<WriteInfo> {
  const text = decodeUtf8(await readAll(response, connection.options.maxFrameBytes, context));
  const info = firstOf(text);
  if (info !== undefined) return info;
  throw failure(context, "the answer does not name the file that was written", {
    code: "protocol",
    hint: HINTS.notADaemon,
  }, { status: response.status }).error;
}

function firstOf(text: string): WriteInfo | undefined {
  try {
    const { name, path } = JSON.parse(text)[0];
    return typeof name === "string" && typeof path === "string" ? { name, path, type: "file" } : undefined;
  } catch {
    return undefined;
  }
}
