import { Code, ConnectError } from "@connectrpc/connect";
import { Buffer } from "node:buffer";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path/posix";
import type { EntryInfo } from "../../../gen/filesystem/filesystem_pb.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { entryInfo } from "./entry_info.ts";
import { failedCall, isMissing } from "./errno.ts";
import { ResolveError, resolveSymlinks } from "./symlinks.ts";

/**
 * Lists a directory `depth` levels deep, each directory before what is in it,
 * names in byte order. The path itself may be a symlink, and entries keep its
 * name; symlinks below it are not followed.
 */
export async function listDir(
  path: string,
  depth: number,
  state: RuntimeState,
): Promise<EntryInfo[]> {
  const resolved = await resolveSymlinks(path).catch((error) => {
    throw resolveFailure(path, error);
  });
  if (!(await stat(resolved)).isDirectory()) {
    throw new ConnectError(
      `path is not a directory: ${resolved}`,
      Code.InvalidArgument,
    );
  }
  return await below(path, depth, state);
}

async function below(
  dir: string,
  depth: number,
  state: RuntimeState,
): Promise<EntryInfo[]> {
  const names = await readdir(dir).catch((error) => {
    throw new ConnectError(
      `error reading directory ${dir}: ${failedCall("open", dir, error)}`,
      Code.Internal,
    );
  });
  const entries = await Promise.all(
    names.sort(byBytes).map((name) => present(join(dir, name), state)),
  );
  const listed: EntryInfo[] = [];
  for (const entry of entries) {
    if (!entry) continue;
    listed.push(entry);
    // Of a symlink the type is the target's, the permissions are its own.
    if (depth > 1 && entry.permissions.startsWith("d")) {
      listed.push(...await below(entry.path, depth - 1, state));
    }
  }
  return listed;
}

/** An entry that vanished since its name was read is left out. */
async function present(
  path: string,
  state: RuntimeState,
): Promise<EntryInfo | undefined> {
  try {
    return await entryInfo(path, state);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new ConnectError(
      `error getting file info: ${failedCall("lstat", path, error)}`,
      Code.Internal,
    );
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function resolveFailure(path: string, error: unknown): ConnectError {
  const { reason, message } = error instanceof ResolveError ? error : new ResolveError("other", String(error));
  switch (reason) {
    case "missing":
      return new ConnectError(`path not found: ${message}`, Code.NotFound);
    case "cyclic":
      return new ConnectError(
        `cyclic symlink or chain >255 links at "${path}"`,
        Code.FailedPrecondition,
      );
    case "other":
      return new ConnectError(
        `error resolving symlink: ${message}`,
        Code.Internal,
      );
  }
}
