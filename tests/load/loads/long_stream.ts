import { check, delay, type Load, same } from "../load.ts";

/** How often a line comes. */
export const LINE_MS = 60_000;

/** Streams that carry a line a minute: of the command's starter, and of one who follows it. `ms` may shorten the minute. */
export function longStream(ms: number = LINE_MS): Load {
  return {
    unit: "lines",
    async run({ commands }, count, { progress }) {
      const script = `i=0; while [ $i -lt $0 ]; do sleep $1; i=$((i + 1)); echo "line $i"; done`;
      const expected = Array.from({ length: count }, (_, i) => `line ${i + 1}\n`).join("");
      const started = performance.now();
      const handle = await commands.start(["sh", "-c", script, String(count), String(ms / 1000)]);
      const follower = await commands.connectToProcess(handle.pid);
      let lines = 0;
      const [own, followed] = await Promise.all([
        handle.wait({ onStdout: (text) => progress(lines += text.split("\n").length - 1) }),
        follower.wait(),
      ]);
      same(own.stdout, expected, "output");
      same(followed.stdout, expected, "output for the follower");
      const took = performance.now() - started;
      check(took >= count * ms, `it took ${took} ms`);
      // Nothing of the streams is left to hold this program up.
      await delay(0);
    },
  };
}
