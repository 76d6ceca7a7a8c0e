import type { Command, RuntimeClient } from "../../../mod.ts";
import { isSandboxError } from "../../../mod.ts";
import { check, delay, inParallel, type Load, same } from "../load.ts";

/** How many are under way at a time. */
const AT_ONCE = 12;
/** How long a command lives, at most. Some are given up before they have started. */
const LIFE_MS = 25;
/** A line this often, from a command that is not given up. */
const WITNESS_MS = 50;

/** The beginning of what `seq` prints. Of a flood that will do. */
const NUMBERS = Array.from({ length: 150_000 }, (_, i) => `${i + 1}\n`).join("");

/** Commands that do not end by themselves, and the beginning of what they print. */
const COMMANDS: readonly (readonly [command: Command, prints: string])[] = [
  [["seq", "1000000000"], NUMBERS],
  [["sh", "-c", "while :; do echo $((i = i + 1)); echo err >&2; done"], NUMBERS],
  [["sh", "-c", "echo once; exec sleep 600"], "once\n"],
  [["sleep", "600"], ""],
];

/** The ways to be done with a command after a while. */
const WAYS: readonly ((sandbox: RuntimeClient, command: Command, ms: number, seen: Seen) => Promise<void>)[] = [
  async ({ commands }, command, ms, onStdout) => {
    const aborter = new AbortController();
    const reason = new Error("enough");
    const timer = setTimeout(() => aborter.abort(reason), ms);
    const end = await endOf(commands.run(command, { signal: aborter.signal, capture: false, onStdout }));
    clearTimeout(timer);
    check(end === reason, () => `an aborted run ended with ${describe(end)}`);
  },
  async ({ commands }, command, ms, onStdout) => {
    const end = await endOf(commands.run(command, { timeoutMs: ms + 1, capture: false, onStdout }));
    check(isSandboxError(end, "command_timeout"), () => `a run out of time ended with ${describe(end)}`);
  },
  async ({ commands }, command, ms, onStdout) => {
    const handle = await commands.run(command, { background: true, capture: false, onStdout });
    await delay(ms);
    check(await handle.kill(), "there was nothing to kill");
    const { signal } = await handle.wait({ check: false });
    check(signal === "SIGKILL", `a killed command ended by ${signal}`);
  },
  async ({ commands }, command, ms) => {
    await using handle = await commands.start(command, { capture: false });
    const iterate = async () => {
      for await (const event of handle) if (event.type === "stderr") break;
    };
    await Promise.all([iterate(), delay(ms).then(() => handle.kill())]);
  },
  async ({ commands }, command, ms, onStdout) => {
    const handle = await commands.run(command, { background: true, capture: false, onStdout });
    await delay(ms);
    await handle.disconnect();
    check(await commands.kill(handle.pid), "there was nothing to kill");
  },
];

type Seen = (text: string) => void;

/**
 * Commands that are given up at random moments, before they have started, while they print and while they are silent.
 * A daemon of version 0.2.10 dies, or loses processes, when that is done by cutting their streams.
 */
export const aborts: Load = {
  unit: "aborts",
  async run(sandbox, count, { random, progress }) {
    const witness = await watch(sandbox);
    let done = 0;
    await inParallel(count, AT_ONCE, async (index) => {
      const [[command, prints], way, ms] = [pick(COMMANDS, random), pick(WAYS, random), random(LIFE_MS)];
      let length = 0;
      await way(sandbox, command, ms, (text) => {
        const expected = prints.slice(length, length += text.length);
        const known = length <= NUMBERS.length ? text : text.slice(0, expected.length);
        same(known, expected, `output of command ${index}`);
      });
      progress(++done);
    });
    await witness.end();
    check(await sandbox.health(), "the daemon is not well");
  },
};

/** A command that prints numbers all the while, none of which may be lost. */
async function watch({ commands }: RuntimeClient): Promise<{ end(): Promise<void> }> {
  const script = `i=0; while [ ! -e "$0" ]; do echo $((i = i + 1)); sleep ${WITNESS_MS / 1000}; done; rm "$0"`;
  const file = `stop-${crypto.randomUUID()}`;
  const handle = await commands.start(["sh", "-c", script, file]);
  return {
    async end() {
      await commands.run(["touch", file]);
      const { stdout } = await handle.wait();
      const lines = stdout.split("\n").length - 1;
      same(stdout, Array.from({ length: lines }, (_, i) => `${i + 1}\n`).join(""), "output of the one that goes on");
      check(lines > 0, "the one that goes on printed nothing");
    },
  };
}

function pick<T>(list: readonly T[], random: (below: number) => number): T {
  return list[random(list.length)]!;
}

/** How a run that cannot end by itself ended. */
async function endOf(run: Promise<unknown>): Promise<unknown> {
  return await run.then((result) => new Error(`a result: ${JSON.stringify(result)}`), (error) => error);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? String(error) : String(error);
}
