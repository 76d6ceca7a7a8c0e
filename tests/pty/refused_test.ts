import { assertEquals, assertRejects } from "@std/assert";
import type { RuntimeClient } from "../../mod.ts";
import { FakeDaemon } from "../process/fake_daemon.ts";
import { SIZE, TerminalDaemon } from "./tools.ts";

const SIZES: Readonly<Record<string, [cols: unknown, rows: unknown]>> = {
  "0x0": [0, 0],
  "no columns": [0, 24],
  "no rows": [80, 0],
  "70,000 columns": [70_000, 24],
  "65,536 rows": [80, 65_536],
  "negative columns": [-1, 24],
  "half a row": [80, 1.5],
  "NaN": [NaN, 24],
  "Infinity": [80, Infinity],
};

for (const [what, [cols, rows]] of Object.entries(SIZES)) {
  Deno.test(`a terminal of ${what} is a RangeError before any request`, async () => {
    const daemon = new TerminalDaemon();
    const size = { cols, rows } as typeof SIZE;
    await assertRejects(() => daemon.open(size), RangeError, "from 1 to 65535");
    assertEquals(daemon.calls, []);
    const terminal = await daemon.open();
    await assertRejects(() => terminal.resize(size), RangeError, "from 1 to 65535");
    assertEquals(daemon.calls, ["Start"]);
    daemon.screen.end();
    await terminal.wait();
  });
}

/** What a program without types may pass. */
const MISUSES: Readonly<Record<string, (sandbox: RuntimeClient) => Promise<unknown>>> = {
  "create() with nothing": ({ pty }) => pty.create(undefined as never),
  "create() without a size": ({ pty }) => pty.create({} as never),
  "create() with a text as cols": ({ pty }) => pty.create({ cols: "80" as never, rows: 24 }),
  "create() with an empty command": ({ pty }) => pty.create({ ...SIZE, command: " " }),
  "create() with an empty argv": ({ pty }) => pty.create({ ...SIZE, command: [] }),
  "create() with a NUL in a command": ({ pty }) => pty.create({ ...SIZE, command: ["a\0b"] }),
  "create() with a number as command": ({ pty }) => pty.create({ ...SIZE, command: 5 as never }),
  "create() with a variable that is no text": ({ pty }) => pty.create({ ...SIZE, envs: { A: 5 as never } }),
  "create() with a cwd that is no text": ({ pty }) => pty.create({ ...SIZE, cwd: 5 as never }),
  "create() with a tag that is no text": ({ pty }) => pty.create({ ...SIZE, tag: 5 as never }),
  "create() with a timeoutMs that is no number": ({ pty }) => pty.create({ ...SIZE, timeoutMs: "1" as never }),
  "connect() with nothing": ({ pty }) => pty.connect(undefined as never),
  "connect() with a text": ({ pty }) => pty.connect("7" as never),
  "connect() with an object without a tag": ({ pty }) => pty.connect({} as never),
};

for (const [what, call] of Object.entries(MISUSES)) {
  Deno.test(`pty.${what} is a TypeError before any request`, async () => {
    const daemon = new FakeDaemon();
    daemon.onStream = (stream) => void stream.start(7).end();
    await assertRejects(() => call(daemon.client()), TypeError);
    assertEquals(daemon.calls, []);
  });
}

Deno.test("pty.create() with a negative timeoutMs and pty.connect() with a pid out of range are RangeErrors", async () => {
  const daemon = new FakeDaemon();
  await assertRejects(() => daemon.client().pty.create({ ...SIZE, timeoutMs: -1 }), RangeError);
  for (const pid of [-1, 1.5, 2 ** 32, NaN]) await assertRejects(() => daemon.client().pty.connect(pid), RangeError);
  assertEquals(daemon.calls, []);
});

Deno.test("PtyHandle.writable takes text and bytes, nothing else, and errors with what it was given else", async () => {
  for (const wrong of [5, null, undefined, {}, ["a"], new ArrayBuffer(1)]) {
    const daemon = new TerminalDaemon();
    const terminal = await daemon.open();
    const writer = terminal.writable.getWriter();
    await assertRejects(() => writer.write(wrong as never), TypeError, "a string or a Uint8Array");
    await assertRejects(() => writer.write("x"), TypeError);
    assertEquals(daemon.calls, ["Start"]);
    daemon.screen.end();
    await terminal.wait();
  }
});

Deno.test("an already aborted signal makes no request", async () => {
  const daemon = new TerminalDaemon();
  const reason = { mine: true };
  const signal = AbortSignal.abort(reason);
  const { pty } = daemon.client();
  const reasonOf = (promise: Promise<unknown>) => promise.then(() => "no rejection", (error) => error);
  assertEquals(await reasonOf(pty.create({ ...SIZE, signal })), reason);
  assertEquals(await reasonOf(pty.connect(7, { signal })), reason);
  assertEquals(await reasonOf(pty.connect({ tag: "x" }, { signal })), reason);
  assertEquals(daemon.calls, []);
  const terminal = await daemon.open();
  assertEquals(await reasonOf(terminal.resize(SIZE, { signal })), reason);
  assertEquals(await reasonOf(terminal.wait({ signal })), reason);
  assertEquals(daemon.calls, ["Start"]);
  daemon.screen.end();
  await terminal.wait();
});
