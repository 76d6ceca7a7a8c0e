/** What is alive on the heap of this process. */

import process from "node:process";

const MIB = 1024 * 1024;

/** Gives a function that collects garbage and says how many MiB are left. It needs `--expose-gc` on V8. */
export async function heapReader(): Promise<() => number> {
  const { gc, Bun } = globalThis as { gc?: () => void; Bun?: { gc(now: boolean): void } };
  if (Bun !== undefined) {
    // A name that no bundler looks for.
    const name = "bun:jsc";
    const { heapStats }: { heapStats(): { heapSize: number; extraMemorySize: number } } = await import(name);
    return () => {
      Bun.gc(true);
      const { heapSize, extraMemorySize } = heapStats();
      return (heapSize + extraMemorySize) / MIB;
    };
  }
  if (gc === undefined) throw new Error("Cannot collect garbage: start with --expose-gc");
  return () => {
    gc();
    gc();
    return process.memoryUsage().heapUsed / MIB;
  };
}
