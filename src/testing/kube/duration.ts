const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, "µs": 1e-3, ms: 1, s: 1e3, m: 6e4, h: 36e5 };

/** The milliseconds of a duration as Go writes it (`1m30s`), or nothing where it is none. */
export function durationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, figure = "", unit = ""] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) {
    sum += Number(figure) * (UNITS[unit] ?? 0);
  }
  return sum;
}

/** How long ago a time was, as `kubectl get` says it. */
export function ageOf(time: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(time)) / 1000));
  if (Number.isNaN(seconds)) return "<unknown>";
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const also = (count: number, unit: string) => count === 0 ? "" : `${count}${unit}`;
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return `${minutes}m${also(seconds % 60, "s")}`;
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return `${hours}h${also(minutes % 60, "m")}`;
  if (hours < 48) return `${hours}h`;
  if (days < 8) return `${days}d${also(hours % 24, "h")}`;
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? `${years}y${also(days % 365, "d")}` : `${years}y`;
}
