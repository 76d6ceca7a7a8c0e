import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeTime } from "@std/testing/time";
import { DisconnectedError } from "../../mod.ts";
import { QUEUE_BYTES } from "../../src/process/output.ts";
import { until } from "../process/turns.ts";
import { TerminalDaemon } from "./tools.ts";

const MIB = 1024 * 1024;
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("PtyHandle.readable keeps what came before its first read", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open();
  daemon.show("welcome\r\n");
  daemon.show("$ ");
  daemon.screen.end();
  await terminal.wait();
  assertEquals(await new Response(terminal.readable).text(), "welcome\r\n$ ");
});

Deno.test("PtyHandle.readable forgets the oldest where nobody reads, and the process goes on", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open();
  for (let part = 0; part < 20; part++) {
    daemon.show(new Uint8Array(MIB).fill(part));
    while (daemon.screen.unread > 0) await turn();
  }
  daemon.screen.end();
  await terminal.wait();
  const kept = await new Response(terminal.readable).bytes();
  assertEquals([kept.length, kept[0], kept.at(-1)], [QUEUE_BYTES - MIB, 13, 19]);
});

Deno.test("PtyHandle.readable holds the process up once a reader is 8 MiB behind, and loses nothing", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open();
  const reader = terminal.readable.getReader();
  daemon.show("x");
  await reader.read();
  for (let part = 0; part < 20; part++) daemon.show(new Uint8Array(MIB).fill(part));
  daemon.screen.end();
  for (let turns = 0; turns < 200; turns++) await turn();
  assert(daemon.screen.unread > 8, `${daemon.screen.unread} MiB are left`);
  const parts: number[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value[0]!);
  assertEquals(parts, Array.from({ length: 20 }, (_, i) => i));
  assertEquals((await terminal.wait()).exitCode, 0);
});

Deno.test("PtyHandle.readable that was cancelled holds nothing up", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open();
  const reader = terminal.readable.getReader();
  daemon.show("x");
  await reader.read();
  await reader.cancel();
  for (let part = 0; part < 20; part++) daemon.show(new Uint8Array(MIB));
  daemon.screen.end();
  assertEquals((await terminal.wait()).exitCode, 0);
});

Deno.test("PtyHandle.disconnect() ends readers and waits at once, and the stream is read on in the background", async () => {
  using time = new FakeTime();
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open();
  const [reader, waiting] = [terminal.readable.getReader(), terminal.wait()];
  daemon.show("a");
  assertEquals(new TextDecoder().decode((await reader.read()).value), "a");
  const reading = reader.read();
  await terminal.disconnect();
  for (const promise of [reading, waiting]) {
    const error = await assertRejects(() => promise, DisconnectedError);
    assertEquals([error.pid, error.hint], [7, "The process goes on: pty.connect gives its later output"]);
  }
  daemon.show("b");
  await until(time, () => daemon.screen.unread === 0);
  assertEquals(daemon.screen.cancelled, false);
  await time.tickAsync(20_000);
  assertEquals(daemon.screen.cancelled, true);
  assertEquals(daemon.calls, ["Start"]);
});

Deno.test("a terminal whose stream is lost says how to come back", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.client().pty.connect(7);
  const reader = terminal.readable.getReader();
  daemon.screen.cut();
  const error = await assertRejects(() => terminal.wait());
  assertEquals(await assertRejects(() => reader.read()), error);
  assertEquals(await assertRejects(() => terminal.writable.getWriter().write("x")), error);
});

Deno.test("a terminal of one's own whose stream makes no sense is killed: nobody else would answer for it", async () => {
  const daemon = new TerminalDaemon();
  const killed: number[] = [];
  daemon.onSignal = (pid) => killed.push(pid) > 0;
  const terminal = await daemon.open();
  daemon.screen.start(7);
  await assertRejects(() => terminal.wait());
  assertEquals(killed, [7]);
});
