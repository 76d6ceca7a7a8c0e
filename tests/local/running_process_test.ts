import { assert, assertEquals } from "@std/assert";
import type { ChildProcess } from "node:child_process";
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { PipedChild } from "../../src/local/process/child.ts";
import { Fanout } from "../../src/local/process/fanout.ts";
import { RunningProcess } from "../../src/local/process/running_process.ts";

const PIECES = 1000;

Deno.test("RunningProcess takes no more output than its readers do", async () => {
  let taken = 0;
  const stdout = new Readable({
    highWaterMark: 1,
    read() {
      this.push(taken++ < PIECES ? new Uint8Array(1) : null);
    },
  });
  const child = Object.assign(new EventEmitter(), { pid: 1, stdin: null, stdout, stderr: Readable.from([]) });
  const running = new RunningProcess(new PipedChild(child as unknown as ChildProcess), {
    tag: undefined,
    config: undefined,
    fanout: new Fanout(),
    onEnd: () => {},
  });
  const reader = new AbortController();
  running.subscribe(reader.signal);
  // A piece takes a turn or less: one that does not wait takes all of them.
  for (let turn = 0; turn < 2 * PIECES; turn++) await setImmediate();
  assert(taken < PIECES, `${taken} pieces were taken`);
  reader.abort();
  child.emit("exit", 0, null);
  await running.ended;
  assertEquals(taken, PIECES + 1);
});
