import { assertEquals, assertRejects } from "@std/assert";
import { TimeoutError } from "../../mod.ts";
import { TerminalDaemon } from "./tools.ts";

Deno.test("pty.create() asks for a login shell that speaks UTF-8", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open({ cols: 132, rows: 50, cwd: "/srv", tag: "shell", envs: { A: "b" } });
  const [{ cmd, args, envs, cwd, size, tag }] = daemon.started as [Record<string, unknown>];
  assertEquals([cmd, (args as string[]).slice(3)], ["/bin/sh", ["/bin/bash", "-i", "-l"]]);
  assertEquals(envs, { TERM: "xterm-256color", LANG: "C.UTF-8", LC_ALL: "C.UTF-8", A: "b" });
  assertEquals([cwd, size, tag], ["/srv", "132x50", "shell"]);
  daemon.screen.end(2);
  assertEquals(await terminal.wait(), { exitCode: 2, pid: 7 });
});

Deno.test("pty.create() leaves the locale to whoever names one", async () => {
  for (const envs of [{ LANG: "de_DE.UTF-8" }, { LC_CTYPE: "C" }, { LC_ALL: "" }]) {
    const daemon = new TerminalDaemon();
    const terminal = await daemon.open({ envs });
    assertEquals(daemon.started[0]!.envs as unknown, { TERM: "xterm-256color", ...envs });
    daemon.screen.end();
    await terminal.wait();
  }
});

Deno.test("pty.create() leaves TERM to whoever names it", async () => {
  const daemon = new TerminalDaemon();
  const terminal = await daemon.open({ envs: { TERM: "dumb" } });
  assertEquals((daemon.started[0]!.envs as Record<string, string>).TERM, "dumb");
  daemon.screen.end();
  await terminal.wait();
});

Deno.test("pty.create() kills and drains when its time is over", async () => {
  const daemon = new TerminalDaemon();
  const killed = daemon.endsWhenKilled();
  const terminal = await daemon.open({ timeoutMs: 1, command: ["top", "secret"] });
  const error = await assertRejects(() => terminal.wait(), TimeoutError);
  assertEquals(error.message, 'Cannot complete a terminal with command "top": it ran longer than 1 ms and was killed');
  assertEquals(error.code, "command_timeout");
  assertEquals(killed, [7]);
});

Deno.test("pty.create() after whose start event the signal aborts kills, and rejects with its reason", async () => {
  const daemon = new TerminalDaemon();
  const killed = daemon.endsWhenKilled();
  const controller = new AbortController();
  const terminal = await daemon.open({ signal: controller.signal });
  controller.abort("enough");
  assertEquals(await terminal.wait().catch((error) => error), "enough");
  assertEquals(killed, [7]);
  controller.abort("again");
});

Deno.test("PtyHandle.resize() sends sizes one after the other, and a failed one holds up none", async () => {
  const daemon = new TerminalDaemon();
  daemon.holds = true;
  const terminal = await daemon.open();
  const resizing = [10, 20, 30].map((cols) => terminal.resize({ cols, rows: 5 }));
  await daemon.until(1);
  assertEquals(daemon.sizes, ["10x5"]);
  daemon.waiting[0]!(Response.json({ code: "internal", message: "oops" }, { status: 500 }));
  await assertRejects(() => resizing[0]!);
  await daemon.until(2);
  daemon.waiting[1]!();
  await daemon.until(3);
  daemon.waiting[2]!();
  await Promise.all(resizing.slice(1));
  assertEquals(daemon.sizes, ["10x5", "20x5", "30x5"]);
  daemon.screen.end();
  await terminal.wait();
});

Deno.test("disposal kills a terminal that was created, and leaves one that was connected to", async () => {
  const daemon = new TerminalDaemon();
  const killed = daemon.endsWhenKilled();
  await (await daemon.open())[Symbol.asyncDispose]();
  assertEquals(killed, [7]);
  const other = new TerminalDaemon();
  await (await other.client().pty.connect(7))[Symbol.asyncDispose]();
  other.screen.end();
  assertEquals(other.calls, ["Connect"]);
});
