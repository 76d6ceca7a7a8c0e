import { createHash } from "node:crypto";
import { check, delay, type Load, same } from "../load.ts";

const MIB = 1024 * 1024;
/** How much the command has to say each second. */
export const OFFERED_MIB = 100;
/** How much its consumer takes of it, each second. */
const TAKEN_MIB = 64;

/** Prints so many seconds' worth of numbers, each second's as soon as it has begun, or later where it is held up. */
const SCRIPT = `began=$(date +%s); i=0
while [ $i -lt $0 ]; do
  while [ $(date +%s) -lt $((began + i)) ]; do sleep 0.05; done
  seq $((i * 20000000)) $(((i + 1) * 20000000)) 2>/dev/null | head -c $1
  i=$((i + 1))
done`;
/** The same as fast as it goes. */
const ALL =
  `i=0; while [ $i -lt $0 ]; do seq $((i * 20000000)) $(((i + 1) * 20000000)) 2>/dev/null | head -c $1; i=$((i + 1)); done`;

/** Output faster than its consumer. Nothing of it may be lost, and only so much of it be waiting in memory. */
export function flood(mibPerSecond: { readonly offered: number; readonly taken: number } = {
  offered: OFFERED_MIB,
  taken: TAKEN_MIB,
}): Load {
  const { offered, taken } = mibPerSecond;
  return {
    unit: `seconds of ${offered} MiB`,
    async run({ commands }, count, { progress }) {
      const size = String(offered * MIB);
      const sum = await commands.run(["sh", "-c", `sh -c "$2" $0 $1 | sha256sum`, String(count), size, ALL]);
      const hash = createHash("sha256");
      const started = performance.now();
      let bytes = 0;
      await using handle = await commands.start(["sh", "-c", SCRIPT, String(count), size], { capture: false });
      for await (const event of handle) {
        if (event.type === "exit") {
          check(event.result.exitCode === 0, `it ended with ${event.result.exitCode}: ${event.result.stderr}`);
          break;
        }
        check(event.type === "stdout", () => `it said ${JSON.stringify(event)}`);
        hash.update(event.data);
        bytes += event.data.byteLength;
        const early = bytes / MIB / taken * 1000 - (performance.now() - started);
        if (early > 5) await delay(early);
        progress(bytes / MIB / offered);
      }
      check(bytes === count * offered * MIB, `${bytes} bytes came instead of ${count * offered * MIB}`);
      same(hash.digest("hex"), sum.stdout.split(" ")[0]!, "digest");
    },
  };
}
