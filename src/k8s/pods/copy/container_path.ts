/** A path in a container, taken apart. */
export interface SplitPath {
  readonly directory: string;
  /** The last segment; `.` for what has none, which is the directory itself. */
  readonly name: string;
}

/** Takes a path apart: `/a/b/` is `b` in `/a`, and `/`, `.`, `a/.` or `a/..` are all that is in them. */
export function splitPath(path: string): SplitPath {
  const plain = path.replace(/\/+$/, "");
  if (plain === "") return { directory: "/", name: "." };
  const slash = plain.lastIndexOf("/");
  const name = plain.slice(slash + 1);
  if (name === "." || name === "..") return { directory: plain, name: "." };
  const directory = slash === -1 ? "." : plain.slice(0, slash).replace(/\/+$/, "") || "/";
  return { directory, name };
}

/** The path again, in a form that no command takes for an option. */
export function joinPath({ directory, name }: SplitPath): string {
  return directory === "/" ? `/${name}` : `${directory}/${name}`;
}
