import { join } from "node:path/posix";
import type { Account } from "./accounts.ts";
import type { RuntimeState } from "./runtime_state.ts";

/** A path that cannot be resolved; its message is the daemon's. */
export class PathError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PathError";
  }
}

/**
 * Makes a path absolute as the daemon does: `~` and relative paths start at
 * the account's home, absolute ones are kept verbatim (not even cleaned).
 *
 * @throws {PathError} for `~name`
 */
export function resolvePath(
  path: string,
  account: Account,
  state: Pick<RuntimeState, "newer" | "defaultWorkdir">,
): string {
  const given = path === "" && state.newer ? state.defaultWorkdir ?? "" : path;
  if (given.startsWith("/")) return given;
  if (!given.startsWith("~")) return withoutTrailingSlash(account.home, given);
  if (given !== "~" && given[1] !== "/" && given[1] !== "\\") {
    // The quoted path is empty in the daemon's own message.
    throw new PathError(
      `failed to expand path '' for user '${account.name}': cannot expand user-specific home dir`,
    );
  }
  return withoutTrailingSlash(account.home, given.slice(1));
}

/** Joins and cleans; unlike `node:path`, cleaning drops a trailing slash. */
function withoutTrailingSlash(home: string, rest: string): string {
  const joined = join(home, rest);
  return joined.length > 1 && joined.endsWith("/") ? joined.slice(0, -1) : joined;
}
