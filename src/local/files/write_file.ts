import { constants } from "node:fs";
import { type FileHandle, open, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path/posix";
import type { Bytes } from "../../streams/bytes.ts";
import type { Account } from "../accounts.ts";
import { errorCode, errorWords, failedCall } from "../errno.ts";
import { makeDirs } from "../filesystem/make_dirs.ts";
import { type Metadata, setFileMetadata } from "../filesystem/metadata.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { HttpError } from "./http_error.ts";

/** Where an upload goes, and whose it is. */
export interface Destination {
  readonly path: string;
  readonly account: Account;
  readonly metadata: Metadata;
  /** How much is coming, where the request says so. */
  readonly length: number | undefined;
}

/**
 * Writes a file as it arrives. An existing one is emptied first and keeps its
 * mode; symlinks are followed; what was written stays when the rest fails.
 */
export async function writeFile(
  destination: Destination,
  content: AsyncIterable<Bytes>,
  state: RuntimeState,
): Promise<void> {
  const { path, account, metadata } = destination;
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new HttpError(400, `path is a directory: ${path}`);
  await makeDirs(dirname(path), account, state.newer).catch((error) => {
    throw new HttpError(500, `error ensuring directories: ${error.message}`);
  });
  if (!state.newer) await requireSpace(dirname(path), destination.length);
  const file = await create(path, state);
  try {
    // Whatever umask this process has: the daemon's is 022.
    if (!found) await file.chmod(0o644);
    if (account.uid !== undefined && account.gid !== undefined) {
      await file.chown(account.uid, account.gid);
    }
    // In the newer version's order, which a watcher sees.
    if (state.newer && found?.isFile()) await file.truncate(0);
    await writeAll(file, content, state);
    if (state.newer) setFileMetadata(state, await file.stat({ bigint: true }), metadata);
  } finally {
    await file.close();
  }
}

async function create(path: string, { newer }: RuntimeState): Promise<FileHandle> {
  // Without waiting: a pipe that nobody reads must not block.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NONBLOCK } = constants;
  return await open(path, O_WRONLY | O_CREAT | (newer ? 0 : O_TRUNC) | O_NONBLOCK, 0o666).catch((error) => {
    throw new HttpError(500, `error creating file: ${failedCall("open", path, error)}`);
  });
}

async function writeAll(file: FileHandle, content: AsyncIterable<Bytes>, state: RuntimeState): Promise<void> {
  let written = 0;
  for await (const chunk of content) {
    try {
      for (let offset = 0; offset < chunk.byteLength;) {
        const { bytesWritten } = await file.write(chunk, offset);
        offset += bytesWritten;
      }
    } catch (error) {
      throw writeFailure(error, written + chunk.byteLength, state);
    }
    written += chunk.byteLength;
  }
}

function writeFailure(error: unknown, attempted: number, state: RuntimeState): HttpError {
  if (!state.newer) return new HttpError(500, `error reading file: ${errorWords(error)}`);
  return errorCode(error) === "ENOSPC"
    ? new HttpError(507, `attempted to write ${attempted} bytes: not enough disk space available`)
    : new HttpError(500, `error writing file: ${errorWords(error)}`);
}

/** The old version looks before it writes. */
async function requireSpace(dir: string, required = 0): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  const free = bavail * bsize;
  if (required <= free) return;
  throw new HttpError(507, `not enough disk space on '${dir}': ${required} bytes required, ${free} bytes free`);
}
