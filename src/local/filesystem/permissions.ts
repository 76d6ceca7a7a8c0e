import { constants } from "node:fs";

const TYPES: ReadonlyMap<number, string> = new Map([
  [constants.S_IFDIR, "d"],
  [constants.S_IFLNK, "L"],
  [constants.S_IFBLK, "D"],
  [constants.S_IFCHR, "D"],
  [constants.S_IFIFO, "p"],
  [constants.S_IFSOCK, "S"],
]);

/**
 * A mode as the daemon prints it, which is not how `ls` does: `L` for a
 * symlink, and setuid, setgid and sticky before the nine permission bits.
 */
export function permissionString(mode: number): string {
  const type = mode & constants.S_IFMT;
  let prefix = TYPES.get(type) ?? "";
  if (mode & 0o4000) prefix += "u";
  if (mode & 0o2000) prefix += "g";
  if (type === constants.S_IFCHR) prefix += "c";
  if (mode & 0o1000) prefix += "t";
  let bits = "";
  for (let bit = 8; bit >= 0; bit--) {
    bits += mode & (1 << bit) ? "xwr"[bit % 3] : "-";
  }
  return (prefix || "-") + bits;
}
