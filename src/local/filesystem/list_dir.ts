import { Code, ConnectError } from "@connectrpc/connect";
import { Buffer } from "node:buffer";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path/posix";
import type { EntryInfo } from "../../../gen/filesystem/filesystem_pb.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { entryInfo } from "./entry_info.ts";
import { failedCall, isMissing } from "../errno.ts";
import { ResolveError, resolveSymlinks } from "./symlinks.ts";

/** So many entries of a directory are looked at together. */
const AT_ONCE = 256;

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
  const listed: EntryInfo[] = [];
  await addBelow(listed, path, depth, state);
  return listed;
}

async function addBelow(
  listed: EntryInfo[],
  dir: string,
  depth: number,
  state: RuntimeState,
): Promise<void> {
  const names = await readdir(dir).catch((error) => {
    throw new ConnectError(
      `error reading directory ${dir}: ${failedCall("open", dir, error)}`,
      Code.Internal,
    );
  });
  const sorted = inByteOrder(names);
  for (let at = 0; at < sorted.length; at += AT_ONCE) {
    const some = sorted.slice(at, at + AT_ONCE);
    for (const entry of await Promise.all(some.map((name) => present(join(dir, name), state)))) {
      if (!entry) continue;
      listed.push(entry);
      // Of a symlink the type is the target's, the permissions are its own.
      if (depth > 1 && entry.permissions.startsWith("d")) {
        await addBelow(listed, entry.path, depth - 1, state);
      }
    }
  }
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

function inByteOrder(names: readonly string[]): string[] {
  return names.map((name) => ({ name, bytes: Buffer.from(name) }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ name }) => name);
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
