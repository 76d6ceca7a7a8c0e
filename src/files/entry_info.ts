import { type CallContext, failure } from "../connection/error_map/failure.ts";
import { type EntryMessage, FileType as WireType } from "../connection/rpc.ts";

/** What an entry is. A symbolic link is what it leads to; a broken one, a device, a socket and a pipe are `other`. */
export type FileType = "file" | "directory" | "other";

/** What is known of a file, a directory or another entry. Of a symbolic link, size, owner and times are its own. */
export interface EntryInfo {
  /** The last part of the path. */
  readonly name: string;
  /** The path: an absolute one as it was asked for, another one below the home directory. */
  readonly path: string;
  /** What it is, or what it leads to. */
  readonly type: FileType;
  /** Whether it is a symbolic link. */
  readonly isSymlink: boolean;
  /** Where a symbolic link leads in the end. A broken one has none, or its own path, as the daemon's version has it. */
  readonly symlinkTarget?: string;
  /** Bytes. Beyond 2^53, as a sparse file may pretend to have, it is rounded. */
  readonly size: number;
  /** The nine permission bits, `0o644`. */
  readonly mode: number;
  /** Type and permissions as text: `-rw-r--r--`, `drwxr-xr-x`, `Lrwxrwxrwx`. */
  readonly permissions: string;
  /** The account it belongs to; its number where that has no name. */
  readonly owner: string;
  /** The group it belongs to. */
  readonly group: string;
  /** When its content last changed, to the millisecond. */
  readonly modifiedTime?: Date;
}

/** Translates the daemon's message. */
export function entryInfo(entry: EntryMessage, context: CallContext): EntryInfo {
  const { name, path, mode, permissions, owner, group, symlinkTarget } = entry;
  const modifiedTime = dateOf(entry.modifiedTime);
  return {
    name,
    path,
    type: fileType(entry.type),
    // The type is that of the target: only this tells.
    isSymlink: permissions.startsWith("L"),
    ...(symlinkTarget !== undefined && { symlinkTarget }),
    size: sizeOf(entry.size, context),
    mode,
    permissions,
    owner,
    group,
    ...(modifiedTime !== undefined && { modifiedTime }),
  };
}

function sizeOf(size: bigint, context: CallContext): number {
  const number = Number(size);
  if (number >= 0) return number;
  throw failure(context, `the answer has a size of ${size} bytes`, { code: "protocol" }).error;
}

/** Undefined also for a time that no Date can be, which a filesystem may have. */
function dateOf(time: EntryMessage["modifiedTime"]): Date | undefined {
  if (time === undefined) return undefined;
  const date = new Date(Number(time.seconds) * 1000 + Math.round(time.nanos / 1_000_000));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function fileType(type: WireType): FileType {
  switch (type) {
    case WireType.FILE:
      return "file";
    case WireType.DIRECTORY:
      return "directory";
    default:
      return "other";
  }
}
