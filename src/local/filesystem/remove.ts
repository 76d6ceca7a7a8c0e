import { Code, ConnectError } from "@connectrpc/connect";
import { lstat, rm } from "node:fs/promises";
import { basename } from "node:path/posix";
import { failedCall, isMissing } from "../errno.ts";

/**
 * Removes an entry and what is in it; a symlink is unlinked, and what is not
 * there is removed already.
 */
export async function remove(given: string): Promise<void> {
  // Through a slash at its end a link would be followed.
  const path = given.replace(/(?<!^)\/+$/, "");
  try {
    // The system refuses it too, but only once the directory is empty.
    if (basename(path) === ".") throw Object.assign(new Error("dot"), { code: "EINVAL" });
    // There is no isolation: the daemon would empty a container, this a machine.
    if (await isRoot(path)) throw Object.assign(new Error("root"), { code: "EBUSY" });
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (isMissing(error)) return;
    throw new ConnectError(
      `error removing file or directory: ${failedCall("unlinkat", path, error)}`,
      Code.Internal,
    );
  }
}

/** Whether a path is the root directory, however it is spelled. */
export async function isRoot(path: string): Promise<boolean> {
  const [entry, root] = await Promise.all([lstat(path), lstat("/")]);
  return entry.dev === root.dev && entry.ino === root.ino;
}
