/** What the loads share. Portable: they run in the tests, and on Deno and Node in `deno task soak`. */

import type { RuntimeClient } from "../../mod.ts";

/** Something to do a sandbox very often. It throws when a byte is lost, or an outcome is not what it must be. */
export interface Load {
  /** What is counted. */
  readonly unit: string;
  /** Does it so many times. */
  run(sandbox: RuntimeClient, count: number, context: LoadContext): Promise<void>;
}

/** What a load is given. */
export interface LoadContext {
  /** Numbers below a limit, the same for the same seed. */
  readonly random: (below: number) => number;
  /** Is told how many are done. */
  readonly progress: (done: number) => void;
}

/** Does something for the numbers from 0 on, so many at a time. Stops at the first failure, with its error. */
export async function inParallel(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    while (next < count && !failed) {
      await work(next++).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(atOnce, count) }, lane));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/** Demands that something is so. */
export function check(condition: unknown, what: string | (() => string)): asserts condition {
  if (!condition) throw new Error(typeof what === "string" ? what : what());
}

/** Demands an equal text, and shows where one differs. */
export function same(actual: string, expected: string, what: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual[at] === expected[at]) at++;
  const around = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
  throw new Error(
    `${what}: ${actual.length} characters instead of ${expected.length}; ` +
      `at ${at} there is ${around(actual)} instead of ${around(expected)}`,
  );
}

/** Waits. Only where the load itself is about time. */
export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Demands that the sandbox lists no command any more, in a while. */
export async function nothingListed({ commands }: RuntimeClient): Promise<void> {
  // A command that started late is killed late.
  for (let tries = 0; tries < 200; tries++) {
    if ((await commands.list()).length === 0) return;
    await delay(25);
  }
  const left = (await commands.list()).map(({ pid, cmd, args }) => `${pid} ${[cmd, ...args].join(" ")}`);
  throw new Error(`${left.length} commands are still listed:\n${left.slice(0, 10).join("\n")}`);
}
