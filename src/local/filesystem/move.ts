import { Code, ConnectError } from "@connectrpc/connect";
import { lstat, rename } from "node:fs/promises";
import { dirname } from "node:path/posix";
import type { Account } from "../accounts.ts";
import { errorWords, isMissing } from "../errno.ts";
import { makeDirs } from "./make_dirs.ts";

/**
 * Renames an entry, replacing a file but never a directory. The destination's
 * parents are made first, and stay if the move then fails.
 */
export async function move(
  source: string,
  destination: string,
  account: Account,
  newer: boolean,
): Promise<void> {
  await makeDirs(dirname(destination), account, newer).catch((error) => {
    throw new ConnectError(error.message, Code.Internal);
  });
  try {
    await refuseDirectory(source, destination);
    await rename(source, destination);
  } catch (error) {
    const words = `rename ${source} ${destination}: ${errorWords(error)}`;
    throw isMissing(error)
      ? new ConnectError(`source file not found: ${words}`, Code.NotFound)
      : new ConnectError(`error renaming: ${words}`, Code.Internal);
  }
}

/** `rename` alone would replace an empty directory; the daemon does not. */
async function refuseDirectory(
  source: string,
  destination: string,
): Promise<void> {
  const there = await lstat(destination).catch(() => undefined);
  if (!there?.isDirectory()) return;
  await lstat(source); // a missing source is the better complaint
  throw Object.assign(new Error("file exists"), { code: "EEXIST" });
}
