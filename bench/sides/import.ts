/** How long a package takes to import in a fresh process: `<program> <specifier>`. Nothing else is imported before. */

export {};

interface Process {
  readonly argv: readonly string[];
  cpuUsage(since?: object): { user: number; system: number };
}

const { process } = globalThis as unknown as { process: Process };
const specifier = process.argv[2]!;
const cpu = process.cpuUsage();
const start = performance.now();
await import(specifier);
const figure = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ figure, cpuMs: (user + system) / 1000, seen: 1, peakMib: null, growthMib: null }));
