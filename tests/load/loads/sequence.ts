import { check, type Load, same } from "../load.ts";

/** Larger than one frame and than a pipe. */
const LINES = 30_000;
const MANY = Array.from({ length: LINES }, (_, i) => `${i + 1}\n`).join("");

/** Commands one after the other: without output, with much, with input, and failing ones. */
export const sequence: Load = {
  unit: "commands in sequence",
  async run({ commands }, count, { progress }) {
    for (let index = 0; index < count; index++) {
      const name = `command ${index}`;
      switch (index % 10) {
        case 1: {
          same((await commands.run(["seq", String(LINES)])).stdout, MANY, name);
          break;
        }
        case 2: {
          const stdin = `input ${index}\n`.repeat(20);
          same((await commands.run(["cat"], { stdin })).stdout, stdin, name);
          break;
        }
        case 3: {
          const { exitCode, stderr } = await commands.run(["sh", "-c", `echo "$0" >&2; exit 7`, name], {
            check: false,
          });
          check(exitCode === 7, `${name} ended with ${exitCode}`);
          same(stderr, `${name}\n`, name);
          break;
        }
        default:
          same((await commands.run(["echo", name])).stdout, `${name}\n`, name);
      }
      progress(index + 1);
    }
  },
};
