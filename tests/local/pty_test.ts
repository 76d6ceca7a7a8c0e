import { assert, assertEquals, assertRejects } from "@std/assert";
import { Code, ConnectError } from "@connectrpc/connect";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { Fanout } from "../../src/local/process/fanout.ts";
import { startPty } from "../../src/local/process/pty.ts";
import { TerminalChild } from "../../src/local/process/pty_child.ts";
import { RunningProcess } from "../../src/local/process/running_process.ts";
import { processClient } from "./process_client.ts";
import { isRunning } from "./running.ts";
import { RawTerminal } from "./terminal.ts";

const VERSIONS = ["0.2.10", "0.6.13"] as const;
const SEQ_BYTES = 688_895;

Deno.test("a terminal loses nothing at its end, however many end at once", async () => {
  for (const version of VERSIONS) {
    await using runtime = await startLocalRuntime({ version });
    const client = processClient(runtime);
    const terminals = await Promise.all(
      Array.from({ length: 8 }, () => RawTerminal.open(client, "seq 100000; exit 3")),
    );
    for (const { bytes, largest, status, text } of await Promise.all(terminals.map((one) => one.rest()))) {
      assertEquals([bytes, status, text.slice(-9)], [SEQ_BYTES, "exit status 3", "\n100000\r\n"]);
      assert(largest <= 16_384, `${largest} bytes at once`);
    }
  }
});

Deno.test("a terminal's output comes in pieces of 16 KiB at most", async () => {
  const terminal = new TerminalChild(1, Promise.resolve({ exited: true }), {
    output: ReadableStream.from([new Uint8Array(40_000)]),
    write: () => Promise.resolve(),
    resize() {},
    close() {},
  });
  const running = new RunningProcess(terminal, { tag: undefined, config: undefined, fanout: new Fanout(), onEnd() {} });
  const sizes: number[] = [];
  for await (const { event } of running.subscribe(new AbortController().signal).read(60_000)) {
    if (event?.case === "data") sizes.push(event.value.output!.value!.length);
  }
  assertEquals(sizes, [16_384, 16_384, 7_232]);
});

Deno.test("a terminal that is let go of hangs up on its process, whoever else was started meanwhile", async () => {
  const start = () =>
    startPty({ file: "sleep", args: ["600"], envs: { PATH: "/usr/bin:/bin" }, cwd: "/", cols: 80, rows: 24 });
  const terminals = [await start(), await start()];
  for (const terminal of terminals) {
    terminal.destroy();
    assertEquals((await terminal.exit).status, "signal: hangup");
  }
});

Deno.test("a command on a terminal is called what it was asked for by", async () => {
  await using runtime = await startLocalRuntime();
  const request = { process: { cmd: "sh", args: ["-c", "echo $0"] }, pty: { size: { cols: 80, rows: 24 } } };
  const texts: string[] = [];
  for await (const { event } of processClient(runtime).start(request)) {
    const data = event?.event.case === "data" ? event.event.value.output.value : undefined;
    if (data !== undefined) texts.push(new TextDecoder().decode(data));
  }
  assertEquals(texts.join(""), "sh\r\n");
});

Deno.test("a terminal's environment is what a process on pipes has", async () => {
  await using runtime = await startLocalRuntime({ envs: { STAGE: "test" } });
  const client = processClient(runtime);
  const names = "tr '\\0' '\\n' </proc/$$/environ | cut -d= -f1 | sort | tr '\\n' ' '";
  const shown = await (await RawTerminal.open(client, names)).rest();
  const { stdout } = await new RuntimeClient(runtime.clientOptions()).commands.run(["/bin/sh", "-c", names]);
  // Every shell in between adds this one.
  assertEquals(shown.text.replace("PWD ", ""), stdout.replace("PWD ", ""));
});

Deno.test("a size that is missing is 0x0, and 16 bits count", async () => {
  for (const version of VERSIONS) {
    await using runtime = await startLocalRuntime({ version });
    const terminal = await RawTerminal.open(processClient(runtime), "stty size; while read x; do stty size; done", {});
    await terminal.sees("0 0\r\n");
    for (const [size, seen] of [[{ cols: 65_536 + 99, rows: 7 }, "7 99\r\n"], [undefined, "\n0 0\r\n"]] as const) {
      await terminal.resize(size);
      await terminal.types("\n");
      await terminal.sees(seen);
    }
    await terminal.types("\x04");
    assertEquals((await terminal.rest()).status, "exit status 0");
  }
});

Deno.test("a terminal's input is ended by 0x04 only", async () => {
  await using runtime = await startLocalRuntime({ version: "0.6.13" });
  const client = processClient(runtime);
  const terminal = await RawTerminal.open(client, "cat; echo end");
  const process = { selector: { case: "pid", value: terminal.pid } } as const;
  const error = await assertRejects(() => client.closeStdin({ process }), ConnectError);
  assertEquals([error.code, error.rawMessage], [
    Code.Unknown,
    "error closing stdin: cannot close stdin for PTY process — send Ctrl+D (0x04) instead",
  ]);
  await terminal.types("\x04");
  await terminal.sees("end\r\n");
  await terminal.rest();
});

Deno.test("a terminal ends when nobody holds it any more, or at once when it is killed", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  const dir = await Deno.makeTempDir();
  try {
    const held = `mkfifo ${dir}/go; trap '' HUP; (read x <${dir}/go; echo late) & echo $! there; exit 4`;
    const waiting = await RawTerminal.open(client, held);
    await waiting.sees("there\r\n");
    await Deno.writeTextFile(`${dir}/go`, "\n");
    const { text, status } = await waiting.rest();
    assertEquals([text.endsWith("late\r\n"), status], [true, "exit status 4"]);

    const killed = await RawTerminal.open(client, "trap '' HUP; sleep 600 & echo $!; exec sleep 601");
    await killed.sees("\r\n");
    await client.sendSignal({ process: { selector: { case: "pid", value: killed.pid } }, signal: 9 });
    const ended = await killed.rest();
    assertEquals(ended.status, "signal: killed");
    Deno.kill(Number(ended.text), "SIGKILL");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("a terminal has the statuses of signals", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  for (const [name, words] of [["TERM", "terminated"], ["INT", "interrupt"], ["USR1", "user defined signal 1"]]) {
    const { status } = await (await RawTerminal.open(client, `kill -${name} $$`)).rest();
    assertEquals(status, `signal: ${words}`);
  }
});

Deno.test("a terminal's deadline kills it, and its starter gets an error and no end", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  const terminal = await RawTerminal.open(client, "exec sleep 600", undefined, { "connect-timeout-ms": "200" });
  const error = await assertRejects(() => terminal.rest(), ConnectError);
  assertEquals(error.code, Code.DeadlineExceeded);
  while (isRunning(terminal.pid)) await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test("close() ends terminals with all that runs in them", async () => {
  const runtime = await startLocalRuntime();
  const terminal = await RawTerminal.open(processClient(runtime), "sleep 600 & echo $!; exec sleep 601");
  const background = Number(await terminal.sees("\r\n"));
  const ending = terminal.rest().catch(() => {});
  await runtime.close();
  await ending;
  assert(!isRunning(terminal.pid));
  while (isRunning(background)) await new Promise((resolve) => setTimeout(resolve, 5));
});

Deno.test({
  name: "a terminal runs as the account",
  ignore: Deno.uid() !== 0,
  async fn() {
    const home = await Deno.makeTempDir();
    try {
      await Deno.chmod(home, 0o755);
      await using runtime = await startLocalRuntime({ accounts: { app: { home, uid: 65_534, gid: 65_534 } } });
      const sandbox = new RuntimeClient(runtime.clientOptions());
      const command = ["sh", "-c", "id -u; id -g; pwd; echo $USER"];
      await using terminal = await sandbox.pty.create({ cols: 80, rows: 24, command, user: "app" });
      assertEquals(await new Response(terminal.readable).text(), `65534\r\n65534\r\n${home}\r\napp\r\n`);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});

Deno.test("what cannot start on a terminal is refused in the daemon's words", async () => {
  await using runtime = await startLocalRuntime();
  const client = processClient(runtime);
  const home = new URL(".", import.meta.url).pathname.slice(0, -1);
  const refused: readonly [argv: [string, ...string[]], words: string][] = [
    [["no-such-command"], 'exec: "no-such-command": executable file not found in $PATH'],
    [["/no/such", "a"], "fork/exec /no/such: no such file or directory"],
    [["/etc/passwd"], "fork/exec /etc/passwd: permission denied"],
  ];
  for (const [[cmd, ...args], words] of refused) {
    const request = { process: { cmd, args, cwd: home }, pty: { size: { cols: 80, rows: 24 } } };
    const error = await assertRejects(() => client.start(request)[Symbol.asyncIterator]().next(), ConnectError);
    assertEquals([error.code, error.rawMessage], [
      Code.InvalidArgument,
      `error starting pty with command '${
        [cmd, ...args].join(" ")
      }' in dir '${home}' with '80' cols and '24' rows: ${words}`,
    ]);
  }
});

Deno.test("a runtime whose terminal package cannot be loaded says so, and does everything else", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const config = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
    delete config.imports["@lydell/node-pty"];
    const imports = { ...config.imports, "@lydell/node-pty/": "./nowhere/" };
    await Deno.writeTextFile(`${dir}/deno.json`, JSON.stringify({ imports, nodeModulesDir: "none", lock: false }));
    const program = `
      import { RuntimeClient } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
      import { startLocalRuntime } from ${JSON.stringify(new URL("../../src/local/mod.ts", import.meta.url).href)};
      await using runtime = await startLocalRuntime();
      const sandbox = new RuntimeClient(runtime.clientOptions());
      console.log((await sandbox.commands.run("echo hello")).stdout.trim());
      await sandbox.pty.create({ cols: 80, rows: 24 }).catch((error) => console.log(error.code, error.message));
    `;
    await Deno.writeTextFile(`${dir}/program.ts`, program);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", "--config", `${dir}/deno.json`, `${dir}/program.ts`],
    }).output();
    const shown = new TextDecoder().decode(stdout);
    assert(/^hello\ninternal .*@lydell\/node-pty/.test(shown), `${shown}${new TextDecoder().decode(stderr)}`);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test({
  name: "Ctrl-C works in a terminal of the client's where all are born with SIGINT ignored (B13), and in no other",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const dir = await Deno.makeTempDir();
    try {
      // The newer version starts everything through `nice`, which it finds in the path of the process.
      const nice = `#!/bin/sh\ntrap '' HUP INT\nshift 2\nexec "$@"\n`;
      await Deno.writeTextFile(`${dir}/nice`, nice, { mode: 0o755 });
      const envs = { PATH: `${dir}:/usr/local/bin:/usr/bin:/bin` };
      await using runtime = await startLocalRuntime({ version: "0.6.13", envs });
      const client = processClient(runtime);
      const deaf = await RawTerminal.open(client, "echo ready; read line; echo heard $line");
      await deaf.sees("ready");
      await deaf.types("\x03");
      await deaf.types("on\n");
      assert((await deaf.rest()).text.endsWith("heard on\r\n"));

      const { pty } = new RuntimeClient(runtime.clientOptions());
      const command = ["sh", "-c", "echo ready; exec sleep 600"];
      await using terminal = await pty.create({ cols: 80, rows: 24, command });
      const reader = terminal.readable.getReader();
      await reader.read();
      await terminal.writable.getWriter().write("\x03");
      assertEquals((await terminal.wait()).signal, "SIGINT");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
});
