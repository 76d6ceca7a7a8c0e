import { lstat, readlink } from "node:fs/promises";
import { dirname, join } from "node:path/posix";
import { failedCall, isMissing } from "../errno.ts";

/** Why a path could not be followed to its end. */
export class ResolveError extends Error {
  /** `missing` also means a link that leads nowhere. */
  readonly reason: "missing" | "cyclic" | "other";

  constructor(reason: "missing" | "cyclic" | "other", message: string) {
    super(message);
    this.name = "ResolveError";
    this.reason = reason;
  }
}

const MAX_LINKS = 255;

/**
 * Follows every symlink of an absolute path. `node:fs` has `realpath`, which
 * does not tell at which part it failed; the daemon's messages do.
 *
 * @throws {ResolveError}
 */
export async function resolveSymlinks(path: string): Promise<string> {
  const todo = parts(path).reverse();
  let resolved = "/";
  for (let links = 0; todo.length > 0;) {
    const part = todo.pop()!;
    if (part === "..") {
      resolved = dirname(resolved);
      continue;
    }
    const next = join(resolved, part);
    const info = await lstat(next).catch((error) => {
      throw new ResolveError(
        isMissing(error) ? "missing" : "other",
        failedCall("lstat", next, error),
      );
    });
    if (!info.isSymbolicLink()) {
      if (!info.isDirectory() && todo.length > 0) {
        throw new ResolveError("other", "not a directory");
      }
      resolved = next;
      continue;
    }
    if (++links > MAX_LINKS) {
      throw new ResolveError("cyclic", `too many links: ${path}`);
    }
    const target = await readlink(next);
    if (target.startsWith("/")) resolved = "/";
    todo.push(...parts(target).reverse());
  }
  return resolved;
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
