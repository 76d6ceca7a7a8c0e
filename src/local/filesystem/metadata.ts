import type { BigIntStats } from "node:fs";
import type { RuntimeState } from "../runtime_state.ts";

/** Metadata of one file, by key. */
export type Metadata = Readonly<Record<string, string>>;

/**
 * What uploads said of their files (`X-Metadata-*`).
 *
 * The daemon keeps it in extended attributes (`user.e2b.*`), which no built-in
 * module reaches. Here it lives in memory, by the identity of the file, so that
 * it follows a rename and ends with the file or the runtime.
 */
const metadataOf: WeakMap<RuntimeState, Map<string, Metadata>> = new WeakMap();

/** The metadata of a file, `undefined` where it has none. */
export function fileMetadata(
  state: RuntimeState,
  file: BigIntStats,
): Metadata | undefined {
  return metadataOf.get(state)?.get(identity(file));
}

/** Replaces the metadata of a file; an empty record clears it. */
export function setFileMetadata(
  state: RuntimeState,
  file: BigIntStats,
  metadata: Metadata,
): void {
  const files = metadataOf.get(state) ?? new Map<string, Metadata>();
  metadataOf.set(state, files);
  if (Object.keys(metadata).length === 0) files.delete(identity(file));
  else files.set(identity(file), metadata);
}

/** The birth time tells a file from a later one that got the same inode. */
function identity(file: BigIntStats): string {
  return `${file.dev}:${file.ino}:${file.birthtimeNs}`;
}
