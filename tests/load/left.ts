/** What a load must not leave behind, as far as this system tells (Linux does). */

import { readdirSync, readFileSync } from "node:fs";

/** The name of the variable that marks all processes of one runtime. */
export const MARK = "LOAD_MARK";

/** The processes that carry a mark in their environment, as `pid command`. */
export function marked(mark: string): string[] {
  return entries("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    const environment = text(`/proc/${pid}/environ`).split("\0");
    if (!environment.includes(`${MARK}=${mark}`)) return [];
    return [`${pid} ${text(`/proc/${pid}/cmdline`).replaceAll("\0", " ")}`];
  });
}

/** How many open connections there are from or to a port of this machine. */
export function connections(port: number): number {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return text("/proc/net/tcp").split("\n").slice(1).map((line) => line.trim().split(/\s+/)).filter(
    ([, local, remote, state]) => OPEN.has(state ?? "") && (local?.endsWith(hex) || remote?.endsWith(hex)),
  ).length;
}

/** Established, and closed by the other side alone. */
const OPEN: ReadonlySet<string> = new Set(["01", "08"]);

/** How many files, pipes and sockets a process has open. */
export function descriptors(pid: number): number {
  return entries(`/proc/${pid}/fd`).length;
}

/** The resident memory of a process in MiB: now, or its peak since `forgetPeak`. NaN where nobody knows. */
export function memoryMib(pid: number, which: "VmRSS" | "VmHWM" = "VmRSS"): number {
  const kib = new RegExp(`^${which}:\\s+(\\d+)`, "m").exec(text(`/proc/${pid}/status`))?.[1];
  return kib === undefined ? NaN : Number(kib) / 1024;
}

function entries(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It has gone meanwhile, or is none of ours.
    return "";
  }
}
