import { readdirSync, readFileSync } from "node:fs";

/** The processes below another, as far as the system tells (Linux does). */
export function descendants(pid: number): number[] {
  return children(pid).flatMap((child) => [child, ...descendants(child)]);
}

function children(pid: number): number[] {
  try {
    // Each thread has its own list.
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
        .split(" ").filter((child) => child !== "").map(Number)
    );
  } catch {
    return [];
  }
}
