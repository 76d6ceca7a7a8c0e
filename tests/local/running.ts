import { readFileSync } from "node:fs";
import process from "node:process";

/** Whether a process runs. One that has ended and was not reaped yet does not. */
export function isRunning(pid: number): boolean {
  try {
    if (process.platform === "linux") return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Those of the processes that run. */
export function running(pids: Iterable<number>): number[] {
  return [...pids].filter(isRunning);
}
