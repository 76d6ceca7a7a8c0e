/**
 * What kills or wedges a daemon in `bugs_test.ts` is done here to one with all its bugs, through the client: it lives on,
 * and nothing stays on its list.
 */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";

const BUGS = ["B1", "B2", "B4", "B6"] as const;
const CHATTY = ["yes"];
/** Prints on both streams, in small pieces and without a pause. */
const MIXED = "while :; do echo out; echo err >&2; done";
const ENOUGH = new Error("enough");

type Sandbox = RuntimeClient;

/** A turn of the event loop, which a call through the bare `fetch` may do without. */
function turn(milliseconds = 0): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Aborts a run after its first output. */
async function abortInFlood({ commands }: Sandbox): Promise<void> {
  const aborter = new AbortController();
  const onStdout = () => aborter.abort(ENOUGH);
  const error = await assertRejects(() => commands.run(MIXED, { signal: aborter.signal, onStdout }));
  assertStrictEquals(error, ENOUGH);
}

/** Aborts while the request is on its way: at once, and some turns later. */
async function abortEarly({ commands }: Sandbox): Promise<void> {
  for (let turns = 0; turns < 40; turns += 4) {
    const aborter = new AbortController();
    const run = assertRejects(() => commands.run(CHATTY, { signal: aborter.signal, capture: false }));
    for (let i = 0; i < turns; i++) await turn();
    aborter.abort(ENOUGH);
    assertStrictEquals(await run, ENOUGH);
  }
}

/** The ways to be done with a command, each on a chatty one. */
const WAYS: Readonly<Record<string, (sandbox: Sandbox) => Promise<unknown>>> = {
  "an abort in the middle of output": abortInFlood,
  "an abort before the start event": abortEarly,

  "timeoutMs": ({ commands }) =>
    assertRejects(() => commands.run(CHATTY, { timeoutMs: 100, capture: false }), Error, "ran longer"),

  "timeoutMs with a callback that never returns": ({ commands }) =>
    assertRejects(
      () => commands.run(CHATTY, { timeoutMs: 200, onStdout: () => new Promise<void>(() => {}) }),
      Error,
      "ran longer",
    ),

  "an abort while a slow callback holds everything up": async ({ commands }) => {
    const aborter = new AbortController();
    let bytes = 0;
    const onStdout = async (text: string) => {
      bytes += text.length;
      await turn(2);
      if (bytes > 2 ** 20) aborter.abort(ENOUGH);
    };
    const error = await assertRejects(() => commands.run(CHATTY, { signal: aborter.signal, onStdout, capture: false }));
    assertStrictEquals(error, ENOUGH);
  },

  "a callback that throws": ({ commands }) =>
    assertRejects(
      () =>
        commands.run(CHATTY, {
          onStdout: () => {
            throw ENOUGH;
          },
        }),
      Error,
      "enough",
    ),

  "more output than is kept": ({ commands }) =>
    assertRejects(() => commands.run(CHATTY, { maxOutputBytes: 100_000 }), Error, "larger than 100000 bytes"),

  "kill()": async ({ commands }) => {
    const handle = await commands.start(CHATTY, { capture: false });
    assertEquals(await handle.kill(), true);
    assertEquals((await handle.wait({ check: false })).signal, "SIGKILL");
  },

  "sendSignal()": async ({ commands }) => {
    const handle = await commands.start(CHATTY, { capture: false });
    await handle.sendSignal("SIGTERM");
    assertEquals((await handle.wait({ check: false })).signal, "SIGTERM");
  },

  "disposal": async ({ commands }) => {
    await using _handle = await commands.start(CHATTY, { capture: false });
  },

  "an iteration that is left": async ({ commands }) => {
    await using handle = await commands.start(CHATTY, { capture: false });
    for await (const event of handle) if (event.type === "stdout") break;
  },

  "an iteration that stands still": async ({ commands }) => {
    await using handle = await commands.start(CHATTY, { capture: false });
    await handle[Symbol.asyncIterator]().next();
    // A reader that is not behind sees that the flood is held up only by the other.
    await commands.run(["sleep", "0.2"]);
  },

  "a web stream that is cancelled": async ({ commands }) => {
    await using handle = await commands.start(CHATTY, { capture: false });
    const reader = handle.stdout.getReader();
    await reader.read();
    await reader.cancel();
  },

  "a wait that is given up": async ({ commands }) => {
    await using handle = await commands.start(CHATTY, { capture: false });
    const error = await assertRejects(() => handle.wait({ signal: AbortSignal.timeout(50) }), DOMException);
    assertEquals(error.name, "TimeoutError");
  },

  "a follower that leaves, beside others": async ({ commands }) => {
    await using handle = await commands.start(CHATTY, { capture: false });
    for (let i = 0; i < 3; i++) {
      await using follower = await commands.connectToProcess(handle.pid, { capture: false });
      await follower.stdout.getReader().read();
    }
    // All are read on in the background; so this one is not held up.
    const reader = handle.stdout.getReader();
    for (let i = 0; i < 200; i++) await reader.read();
  },

  "a connect that is given up": async ({ commands }) => {
    await using handle = await commands.start(CHATTY, { capture: false });
    const aborter = new AbortController();
    const connecting = commands.connectToProcess(handle.pid, { signal: aborter.signal });
    aborter.abort(ENOUGH);
    assertStrictEquals(await assertRejects(() => connecting), ENOUGH);
  },

  "disconnect()": async ({ commands }) => {
    const handle = await commands.start(CHATTY, { capture: false });
    await handle.disconnect();
    await commands.run(["sleep", "0.2"]);
    assertEquals(await commands.kill(handle.pid), true);
  },

  "requestTimeoutMs before the start event": async ({ commands }) => {
    const outcome = await commands.start(CHATTY, { requestTimeoutMs: 1, capture: false }).catch((error) => error);
    if (outcome instanceof Error) assertEquals(outcome.name, "TimeoutError");
    else await outcome.kill();
  },
};

for (const [how, giveUp] of Object.entries(WAYS)) {
  Deno.test(`a daemon with all bugs survives ${how}`, async () => {
    await using runtime = await startLocalRuntime({ bugs: BUGS });
    for (const fetch of [undefined, runtime.fetch]) {
      const sandbox = new RuntimeClient({ ...runtime.clientOptions(), fetch });
      await giveUp(sandbox);
      // A process that started late is killed late; a ghost would stay.
      while ((await sandbox.commands.list()).length > 0) await turn();
      assertEquals((await sandbox.commands.run(["echo", "well"])).stdout, "well\n");
      assert(await sandbox.health());
    }
  });
}
