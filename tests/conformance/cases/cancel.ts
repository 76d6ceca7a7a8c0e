import type { Case } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";
import { follow, gone, isListed } from "../tools.ts";

/** Time limits and aborts: they end the command, not only the call. */
export const cancel: readonly Case[] = [
  {
    name: "timeoutMs: the command is killed, and what it printed is in the error",
    source: "docs/protocol.md §4",
    async run(sandbox, { unique: tag }) {
      const command = ["sh", "-c", "printf early; exec sleep 600"];
      const error = await rejects(sandbox.commands.run(command, { timeoutMs: 1_000, tag }), "command_timeout");
      equal([error.name, error.partial?.stdout, error.partial?.truncatedBytes], ["TimeoutError", "early", 0]);
      check(!("exitCode" in error.partial!), "nobody knows an exit code");
      await gone(sandbox, { tag });
    },
  },
  {
    name: "timeoutMs: of a handle",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["sleep", "600"], { timeoutMs: 300 }));
      await rejects(handle.wait(), "command_timeout");
      await gone(sandbox, handle.pid);
    },
  },
  {
    name: "timeoutMs: a command that ends in time does not notice",
    source: "wire: process-start-echo-proto",
    async run({ commands }) {
      equal((await commands.run(["echo", "hello"], { timeoutMs: 60_000 })).stdout, "hello\n");
    },
  },
  {
    name: "abort: before the call nothing is started",
    source: "wire: process-list-json",
    async run(sandbox, { unique: tag }) {
      const reason = new Error("changed my mind");
      const signal = AbortSignal.abort(reason);
      check(await rejection(sandbox.commands.run(["sleep", "600"], { signal, tag })) === reason, "run");
      check(await rejection(sandbox.commands.start(["sleep", "600"], { signal, tag })) === reason, "start");
      check(!await isListed(sandbox, { tag }), "nothing runs");
    },
  },
  {
    name: "abort: before the command has started it is killed as soon as it has",
    source: "docs/protocol.md §8 B4",
    async run(sandbox, { unique: tag }) {
      const controller = new AbortController();
      const reason = new Error("changed my mind");
      const running = rejection(sandbox.commands.run(["sleep", "600"], { signal: controller.signal, tag }));
      controller.abort(reason);
      check(await running === reason, "the caller's own reason");
      await gone(sandbox, { tag });
    },
  },
  {
    name: "abort: during the output the command is killed",
    source: "docs/protocol.md §8 B1",
    async run(sandbox, { unique: tag }) {
      const controller = new AbortController();
      const reason = new Error("seen enough");
      const onStdout = () => controller.abort(reason);
      const running = sandbox.commands.run(["yes"], { signal: controller.signal, tag, onStdout });
      check(await rejection(running) === reason, "the caller's own reason");
      await gone(sandbox, { tag });
    },
  },
  {
    name: "abort: a silent command is killed",
    source: "wire: process-sigkill-proto",
    async run(sandbox, { own }) {
      const controller = new AbortController();
      const handle = own(await sandbox.commands.start(["sleep", "600"], { signal: controller.signal }));
      const reason = { any: "value" };
      controller.abort(reason);
      check(await rejection(handle.wait()) === reason, "the caller's own reason");
      await gone(sandbox, handle.pid);
    },
  },
  {
    name: "abort: without a reason of the caller's it is an AbortError",
    source: "wire: process-sigkill-proto",
    async run(sandbox, { own }) {
      const controller = new AbortController();
      const handle = own(await sandbox.commands.start(["sleep", "600"], { signal: controller.signal }));
      controller.abort();
      equal((await rejection(handle.wait()) as Error).name, "AbortError");
    },
  },
  {
    name: "abort: after the end it changes nothing",
    source: "wire: process-start-echo-proto",
    async run({ commands }, { own }) {
      const controller = new AbortController();
      const handle = own(await commands.start(["echo", "hello"], { signal: controller.signal }));
      await handle.wait();
      controller.abort();
      equal((await handle.wait()).stdout, "hello\n");
    },
  },
  {
    name: "abort of a wait: only the waiting ends",
    source: "wire: process-disconnect-survives",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["sh", "-c", "read line; echo $line"], { stdin: true }));
      const controller = new AbortController();
      const reason = new Error("no time");
      const waiting = rejection(handle.wait({ signal: controller.signal }));
      controller.abort(reason);
      check(await waiting === reason, "the caller's own reason");
      check(await rejection(handle.wait({ signal: controller.signal })) === reason, "an aborted one");
      check(await isListed(sandbox, handle.pid), "the command lives");
      await handle.sendStdin("alive\n");
      equal((await handle.wait()).stdout, "alive\n");
    },
  },
  {
    name: "a callback that throws: run rejects with its error, and the command is killed",
    source: "docs/protocol.md §4",
    async run(sandbox, { unique: tag }) {
      const mine = new Error("mine");
      const onStdout = () => {
        throw mine;
      };
      check(await rejection(sandbox.commands.run(["yes"], { tag, onStdout })) === mine, "synchronous");
      check(
        await rejection(sandbox.commands.run(["yes"], { tag, onStdout: () => Promise.reject(mine) })) === mine,
        "not",
      );
      await gone(sandbox, { tag });
    },
  },
  {
    name: "a callback of a wait that throws: the wait rejects, the command lives",
    source: "wire: process-output-without-newline",
    async run(sandbox, { own }) {
      const handle = own(await sandbox.commands.start(["cat"], { stdin: true }));
      const mine = new Error("mine");
      const waiting = rejection(handle.wait({ onStdout: () => Promise.reject(mine) }));
      await handle.sendStdin("one\n");
      check(await waiting === mine, "its own error");
      await handle.sendStdin("two\n");
      await follow(handle).until((text) => text === "one\ntwo\n");
    },
  },
];
