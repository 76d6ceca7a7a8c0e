import { chmod, chown, mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path/posix";
import type { Account } from "../accounts.ts";
import { errorCode, failedCall, isMissing } from "../errno.ts";

/** Gives an entry to an account, where the runtime may switch to it. */
export async function giveTo(path: string, account: Account): Promise<void> {
  if (account.uid === undefined || account.gid === undefined) return;
  await chown(path, account.uid, account.gid);
}

/**
 * Makes a directory and its missing parents, all of them the account's. What
 * was made stays when a later step fails.
 *
 * @throws {Error} with the daemon's words
 */
export async function makeDirs(
  path: string,
  account: Account,
  newer: boolean,
): Promise<void> {
  const missing: string[] = [];
  for (let dir = path;; dir = dirname(dir)) {
    const info = await stat(dir).catch((error) => {
      // Below a file: the file itself is found and named on the way up.
      if (isMissing(error) || errorCode(error) === "ENOTDIR") return undefined;
      throw new Error(
        `error getting file info: ${failedCall("stat", dir, error)}`,
      );
    });
    if (info?.isDirectory()) break;
    if (info) throw new Error(`path is a file: ${dir}`);
    missing.push(dir);
  }
  for (const dir of missing.reverse()) await makeOne(dir, account, newer);
}

async function makeOne(
  path: string,
  account: Account,
  newer: boolean,
): Promise<void> {
  try {
    await mkdir(path, 0o755);
    // Whatever umask this process has: the daemon's is 022.
    await chmod(path, 0o755);
  } catch (error) {
    if (errorCode(error) === "EEXIST") {
      // Made by another request meanwhile; or a broken symlink, over which the
      // newer version fails only when it looks at what it made.
      const found = await stat(path).catch((reason: unknown) => ({ reason }));
      if (!("reason" in found)) return;
      if (newer) {
        throw new Error(
          `failed to chown directory: ${failedCall("chown", path, found.reason)}`,
        );
      }
    }
    throw new Error(
      `failed to create directory: ${failedCall("mkdir", path, error)}`,
    );
  }
  await giveTo(path, account).catch((error) => {
    throw new Error(
      `failed to chown directory: ${failedCall("chown", path, error)}`,
    );
  });
}
