import { create } from "@bufbuild/protobuf";
import type { BigIntStats } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { basename } from "node:path/posix";
import { type EntryInfo, EntryInfoSchema, FileType } from "../../../gen/filesystem/filesystem_pb.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { fileMetadata } from "./metadata.ts";
import { permissionString } from "./permissions.ts";
import { resolveSymlinks } from "./symlinks.ts";

/**
 * Describes the entry at a path. Of a symlink, type and mode are its final
 * target's and the rest its own.
 *
 * @throws the error of `lstat`
 */
export async function entryInfo(
  path: string,
  state: RuntimeState,
): Promise<EntryInfo> {
  const own = await lstat(path, { bigint: true });
  return create(EntryInfoSchema, {
    name: entryName(path),
    path,
    type: fileType(own),
    size: own.size,
    mode: Number(own.mode & 0o777n),
    permissions: permissionString(Number(own.mode)),
    owner: state.accounts.userName(Number(own.uid)),
    group: state.accounts.groupName(Number(own.gid)),
    modifiedTime: timestamp(own.mtimeNs),
    metadata: { ...fileMetadata(state, own) },
    ...(own.isSymbolicLink() ? await targetFields(path, state) : undefined),
  });
}

/** The last part of a path; `/` for the root. */
export function entryName(path: string): string {
  return basename(path) || "/";
}

async function targetFields(
  path: string,
  state: RuntimeState,
): Promise<Partial<Omit<EntryInfo, `$${string}`>>> {
  try {
    const symlinkTarget = await resolveSymlinks(path);
    const target = await stat(symlinkTarget, { bigint: true });
    return {
      symlinkTarget,
      type: fileType(target),
      mode: Number(target.mode & 0o777n),
      metadata: { ...fileMetadata(state, target) },
    };
  } catch {
    // A broken link: the old version shows the link's own mode, the newer one
    // none, and the link as its own target.
    return state.newer ? { mode: 0, symlinkTarget: path } : {};
  }
}

function fileType(info: BigIntStats): FileType {
  if (info.isFile()) return FileType.FILE;
  return info.isDirectory() ? FileType.DIRECTORY : FileType.UNSPECIFIED;
}

/** Rounds down, so that the fraction counts forward before 1970 too. */
function timestamp(ns: bigint): { seconds: bigint; nanos: number } {
  const second = 1_000_000_000n;
  const fraction = ((ns % second) + second) % second;
  return { seconds: (ns - fraction) / second, nanos: Number(fraction) };
}
