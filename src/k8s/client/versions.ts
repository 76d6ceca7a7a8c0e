/** Versions are whole numbers of any size; what looks otherwise can only be compared for equality. */
const NUMBER = /^[1-9]\d*$/;

/** Whether a version is certainly older than another one of the same kind. */
export function isOlder(version: string, other: string): boolean {
  if (!NUMBER.test(version) || !NUMBER.test(other)) return false;
  return version.length === other.length ? version < other : version.length < other.length;
}
