import { check, type Load, same } from "../load.ts";

/** Prints, waits until all others have printed, and prints on. */
const SCRIPT = `echo "$0 waits" && : <"$1" && seq -f "$0 %g" 1 200 && echo "$0 ends" >&2 && exit $(($0 % 256))`;

function expected(index: number): string {
  const lines = Array.from({ length: 200 }, (_, i) => `${index} ${i + 1}\n`);
  return [`${index} waits\n`, ...lines].join("");
}

/** Commands that all run at the same time, each with its own output and exit code. */
export const concurrent: Load = {
  unit: "commands at once",
  async run({ commands }, count, { progress }) {
    const gate = `gate-${crypto.randomUUID()}`;
    await commands.run(["mkfifo", gate]);
    // What opens a pipe for reading waits for one who has it open for writing.
    let open!: () => void;
    const opened = new Promise<void>((resolve) => open = resolve);
    let waiting = 0;
    let done = 0;
    const runs = Array.from({ length: count }, async (_, index) => {
      let isFirst = true;
      const result = await commands.run(["sh", "-c", SCRIPT, String(index), gate], {
        check: false,
        onStdout() {
          if (isFirst && ++waiting === count) open();
          isFirst = false;
        },
      });
      same(result.stdout, expected(index), `stdout of command ${index}`);
      same(result.stderr, `${index} ends\n`, `stderr of command ${index}`);
      check(result.exitCode === index % 256, `command ${index} ended with ${result.exitCode}`);
      progress(++done);
    });
    const all = Promise.all(runs);
    await Promise.race([opened, all]);
    const { length } = await commands.list();
    check(length === count, `${length} of ${count} commands run at once`);
    await using _keeper = await commands.start(["sh", "-c", 'exec sleep 600 >"$0"', gate]);
    await all;
    await commands.run(["rm", gate]);
  },
};
