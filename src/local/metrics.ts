import { readFile, statfs } from "node:fs/promises";
import { cpus, freemem, totalmem } from "node:os";

/** Figures of this machine, as `GET /metrics` names them. */
export interface Metrics {
  readonly ts: number;
  readonly cpu_count: number;
  readonly cpu_used_pct: number;
  readonly mem_total_mib: number;
  readonly mem_used_mib: number;
  readonly mem_total: number;
  readonly mem_used: number;
  readonly mem_cache?: number;
  readonly disk_used: number;
  readonly disk_total: number;
}

/** Measures; the share of the processors is that since the last measurement. */
export class MetricsMeter {
  #last: { idle: number; total: number } = cpuTimes();

  async measure(newer: boolean): Promise<Metrics> {
    const now = cpuTimes();
    const elapsed = now.total - this.#last.total;
    const idle = now.idle - this.#last.idle;
    this.#last = now;
    const memory = await memoryUse();
    const disk = await statfs("/");
    return {
      ts: Math.floor(Date.now() / 1000),
      cpu_count: cpus().length,
      cpu_used_pct: elapsed > 0 ? Math.round(10_000 * (1 - idle / elapsed)) / 100 : 0,
      mem_total_mib: Math.floor(memory.total / 2 ** 20),
      mem_used_mib: Math.floor(memory.used / 2 ** 20),
      mem_total: memory.total,
      mem_used: memory.used,
      ...(newer ? { mem_cache: memory.cache } : {}),
      disk_used: (disk.blocks - disk.bfree) * disk.bsize,
      disk_total: disk.blocks * disk.bsize,
    };
  }
}

function cpuTimes(): { idle: number; total: number } {
  let idle = 0;
  let total = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    total += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, total };
}

/** What the system could take back at once counts as cache, not as used. */
async function memoryUse(): Promise<
  { total: number; used: number; cache: number }
> {
  const total = totalmem();
  try {
    const text = await readFile("/proc/meminfo", "utf8");
    const bytes = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
    const cache = bytes("Cached") + bytes("SReclaimable");
    const used = total - bytes("MemFree") - bytes("Buffers") - cache;
    return { total, used, cache };
  } catch {
    return { total, used: total - freemem(), cache: 0 };
  }
}
