import { assert, assertEquals, assertRejects } from "@std/assert";
import { isSandboxError } from "../../mod.ts";
import { notFound, unavailable } from "../process/fake_daemon.ts";
import { TerminalDaemon } from "./tools.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("PtyHandle.writable gathers what is written while a request is under way", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const terminal = await daemon.open();
  const writer = terminal.writable.getWriter();
  await writer.write("a");
  await daemon.until(1);
  const keys = Array.from({ length: 1_000 }, (_, i) => String.fromCharCode(97 + i % 26));
  for (const key of keys) await writer.write(key);
  assertEquals(daemon.typed.map(text), ["a"]);
  daemon.waiting[0]!();
  await daemon.until(2);
  await writer.write("é");
  await writer.write(new TextEncoder().encode("!"));
  daemon.waiting[1]!();
  await daemon.until(3);
  const closing = writer.close();
  daemon.waiting[2]!();
  await closing;
  assertEquals(daemon.typed.map(text), ["a", keys.join(""), "é!"]);
  daemon.screen.end();
  await terminal.wait();
});

Deno.test("PtyHandle.writable sends the first key at once, and what was written with it next", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open();
  const writer = terminal.writable.getWriter();
  for (const key of "hello") void writer.write(key);
  await writer.close();
  assertEquals(daemon.typed.map(text), ["h", "ello"]);
  daemon.screen.end();
  await terminal.wait();
});

Deno.test("PtyHandle.writable sends pieces of 64 KiB at most, in order, and keeps its own copy", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const terminal = await daemon.open();
  const writer = terminal.writable.getWriter();
  const data = Uint8Array.from({ length: 150_000 }, (_, i) => i % 251);
  const sent = data.slice();
  const writing = writer.write(data);
  await daemon.until(1);
  data.fill(0);
  for (let i = 1; i <= 3; i++) {
    await daemon.until(i);
    daemon.waiting[i - 1]!();
  }
  await writing;
  await writer.close();
  assertEquals(daemon.typed.map(({ length }) => length), [65_536, 65_536, 18_928]);
  assertEquals(Uint8Array.from(daemon.typed.flatMap((part) => [...part])), sent);
  daemon.screen.end();
  await terminal.wait();
});

Deno.test("PtyHandle.writable holds its writer back while a terminal takes nothing", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const terminal = await daemon.open();
  const writer = terminal.writable.getWriter();
  let written = 0;
  const writing = (async () => {
    for (; written < 1_000; written++) {
      await writer.ready;
      await writer.write(new Uint8Array(1_024));
    }
  })();
  await daemon.until(1);
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  assert(written < 200, `${written} KiB were taken`);
  daemon.holds = false;
  daemon.waiting[0]!();
  await writing;
  await writer.close();
  assertEquals(daemon.typed.reduce((sum, { length }) => sum + length, 0), 1_000 * 1_024);
  daemon.screen.end();
  await terminal.wait();
});

Deno.test("PtyHandle.writable waits as long as a terminal takes nothing: that is no slow answer", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const terminal = await daemon.client({ requestTimeoutMs: 1 }).pty.create({ cols: 80, rows: 24 });
  const writer = terminal.writable.getWriter();
  await writer.write("x");
  await daemon.until(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  daemon.waiting[0]!();
  await writer.close();
  daemon.screen.end();
  await terminal.wait();
});

Deno.test("PtyHandle.writable errors with what a request fails with, and drops what stands behind it", async () => {
  for (const [answer, code] of [[notFound, "process_not_found"], [unavailable, "network"]] as const) {
    const daemon = new TerminalDaemon();
    daemon.holds = true;
    const terminal = await daemon.open();
    const writer = terminal.writable.getWriter();
    await writer.write("a");
    await daemon.until(1);
    await writer.write("b");
    daemon.waiting[0]!(answer());
    const error = await assertRejects(() => writer.closed);
    assert(isSandboxError(error, code), `${error}`);
    assertEquals(await assertRejects(() => writer.write("c")), error);
    assertEquals(daemon.typed.map(text), ["a"]);
    daemon.screen.end();
    assertEquals((await terminal.wait()).exitCode, 0);
  }
});

Deno.test("PtyHandle.writable that is closed tells when its last request failed", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const terminal = await daemon.open();
  const writer = terminal.writable.getWriter();
  await writer.write("a");
  const closing = writer.close();
  await daemon.until(1);
  daemon.waiting[0]!(unavailable());
  const error = await assertRejects(() => closing);
  assert(isSandboxError(error, "network"), `${error}`);
  daemon.screen.end();
  await terminal.wait();
});

Deno.test("PtyHandle.writable errors when the process ends, also while a request is under way", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const terminal = await daemon.open();
  const writer = terminal.writable.getWriter();
  await writer.write("a");
  await daemon.until(1);
  daemon.screen.end();
  const error = await assertRejects(() => writer.closed);
  assert(isSandboxError(error, "process_not_found"));
  await assertRejects(() => writer.write("b"));
  assertEquals(daemon.typed.length, 1);
});

Deno.test("PtyHandle.writable ends a pipe into it when the process ends", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open();
  let cancelled: unknown;
  const endless = new ReadableStream<string>({ cancel: (reason) => void (cancelled = reason) });
  const piping = endless.pipeTo(terminal.writable);
  daemon.screen.end();
  const error = await assertRejects(() => piping);
  assert(isSandboxError(error, "process_not_found"));
  assertEquals(cancelled, error);
});

Deno.test("PtyHandle.writable.abort() gives up what was not sent, and neither ends the process nor its handle", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const terminal = await daemon.open();
  const writer = terminal.writable.getWriter();
  await writer.write("a");
  await daemon.until(1);
  await writer.write("b");
  await writer.abort(new Error("enough"));
  assertEquals(daemon.typed.map(text), ["a"]);
  daemon.holds = false;
  await terminal.resize({ cols: 100, rows: 30 });
  daemon.screen.end(3);
  assertEquals((await terminal.wait()).exitCode, 3);
  assertEquals(daemon.calls, ["Start", "SendInput", "Update"]);
});

Deno.test("two handles of one client type one after the other", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const sandbox = daemon.client();
  const [first, second] = [await sandbox.pty.create({ cols: 80, rows: 24 }), await sandbox.pty.connect(7)];
  const writers = [first, second].map(({ writable }) => writable.getWriter());
  await writers[0]!.write("1");
  await daemon.until(1);
  await writers[1]!.write("2");
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(daemon.typed.map(text), ["1"]);
  daemon.waiting[0]!();
  await daemon.until(2);
  daemon.waiting[1]!();
  await Promise.all(writers.map((writer) => writer.close()));
  for (const stream of daemon.streams) stream.end();
  await Promise.all([first.wait(), second.wait()]);
});
