import type { Case } from "../case.ts";
import { check, equal } from "../check.ts";
import { sitAt } from "../screen.ts";
import { bytesOf, EVERY_BYTE, noise, textOf } from "../tools.ts";

const SIZE = { cols: 80, rows: 24 } as const;

/** Takes every byte as it is, and shows only what the program prints. */
const RAW = "stty raw -echo; printf ready; ";

/** Terminals: what they show, what is typed, and their size. */
export const pty: readonly Case[] = [
  {
    name: "pty: what a program shows comes byte for byte, and then its end",
    source: "wire: process-pty-proto",
    async run({ pty }, { own }) {
      const command = ["sh", "-c", "stty raw; printf 'a\\377\\000b'; printf e >&2; exit 5"];
      const terminal = own(await pty.create({ ...SIZE, command }));
      equal(await bytesOf(terminal.readable), Uint8Array.of(97, 255, 0, 98, 101));
      equal(await terminal.wait(), { exitCode: 5, error: "exit status 5", pid: terminal.pid });
    },
  },
  {
    name: "pty: it is a terminal of the size asked for, and the program's own",
    source: "wire: process-pty-proto",
    async run({ pty }, { own }) {
      const command = ["sh", "-c", "stty size; tty >/dev/null && echo tty; : >/dev/tty && echo own"];
      const terminal = own(await pty.create({ cols: 132, rows: 50, command }));
      equal(await textOf(terminal.readable), "50 132\r\ntty\r\nown\r\n");
    },
  },
  {
    name: "pty: the largest and the smallest size",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      for (const [cols, rows] of [[1, 1], [65_535, 65_535]] as const) {
        const terminal = own(await pty.create({ cols, rows, command: ["stty", "size"] }));
        equal((await textOf(terminal.readable)).replaceAll(/\s+/g, " ").trim(), `${rows} ${cols}`);
      }
    },
  },
  {
    name: "pty: the environment says what a terminal is, unless it is told",
    source: "wire: process-pty-bash",
    async run({ pty }, { own }) {
      const command = ["sh", "-c", 'echo "$TERM|$LANG|$LC_ALL|$MINE"'];
      const shown = async (envs?: Record<string, string>) =>
        (await textOf(own(await pty.create({ ...SIZE, command, envs })).readable)).trim();
      equal(await shown(), "xterm-256color|C.UTF-8|C.UTF-8|");
      equal(await shown({ TERM: "vt100", MINE: "x" }), "vt100|C.UTF-8|C.UTF-8|x");
      equal(await shown({ LANG: "C" }), "xterm-256color|C||");
      equal(await shown({ LC_ALL: "POSIX" }), "xterm-256color||POSIX|");
    },
  },
  {
    name: "pty: a command line, a directory, a tag; the list shows the command itself",
    source: "docs/protocol.md §4",
    async run({ pty, commands }, { own, dir, unique: tag }) {
      const terminal = own(await pty.create({ ...SIZE, command: "pwd; read line; echo $0", cwd: dir, tag }));
      const user = sitAt(terminal);
      await user.sees(`${dir}\r\n`);
      const [listed] = (await commands.list()).filter(({ pid }) => pid === terminal.pid);
      equal([listed?.cmd, listed?.args], ["/bin/bash", ["-l", "-c", "pwd; read line; echo $0"]]);
      equal([listed?.tag, listed?.cwd], [tag, dir]);
      await user.types("\n");
      equal((await user.ends()).exitCode, 0);
    },
  },
  {
    name: "pty: without a command it is an interactive shell",
    source: "wire: process-pty-bash",
    async run({ pty, commands }, { own }) {
      const terminal = own(await pty.create(SIZE));
      const user = sitAt(terminal);
      await user.types("echo a$((40 + 2))b; case $- in *i*) echo inter''active;; esac\n");
      await user.sees("a42b");
      await user.sees("interactive");
      const [listed] = (await commands.list()).filter(({ pid }) => pid === terminal.pid);
      check(/^\/bin\/(ba)?sh$/.test(listed?.cmd ?? "") && listed?.args.join(" ") === "-i -l", JSON.stringify(listed));
      await user.types("exit 7\n");
      await user.rest();
      equal((await terminal.wait()).exitCode, 7);
    },
  },
  {
    name: "pty: input is echoed, and read line by line",
    source: "wire: process-pty-proto",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create({ ...SIZE, command: ["sh", "-c", "read line; echo got $line"] }));
      const user = sitAt(terminal);
      await user.types("héllo");
      await user.types(new TextEncoder().encode(" wörld\n"));
      const shown = new TextDecoder().decode(await user.rest());
      equal([shown, await terminal.wait()], ["héllo wörld\r\ngot héllo wörld\r\n", { exitCode: 0, pid: terminal.pid }]);
    },
  },
  {
    name: "pty: every byte can be typed",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      const user = sitAt(own(await pty.create({ ...SIZE, command: ["sh", "-c", `${RAW}head -c 256`] })));
      await user.sees("ready");
      await user.types(EVERY_BYTE);
      equal(await user.rest(), EVERY_BYTE);
    },
  },
  {
    name: "pty: ten thousand keystrokes typed fast keep their order, in few requests",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      let requests = 0;
      const onRequest = ({ url }: { url: string }) => void (url.endsWith("/SendInput") && requests++);
      const { pty } = sandbox.with({ onRequest });
      const user = sitAt(own(await pty.create({ ...SIZE, command: ["sh", "-c", `${RAW}head -c 10000`] })));
      await user.sees("ready");
      const keys = Array.from(noise(10_000), (byte) => 32 + byte % 95);
      for (const key of keys) await user.types(String.fromCharCode(key));
      equal(await user.rest(), Uint8Array.from(keys));
      check(requests < 5_000, `${requests} requests`);
    },
  },
  {
    name: "pty: a paste of 100 KiB arrives whole",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      const data = noise(100 * 1024, 5);
      const user = sitAt(own(await pty.create({ ...SIZE, command: ["sh", "-c", `${RAW}head -c ${data.length}`] })));
      await user.sees("ready");
      await user.types(data);
      equal(await user.rest(), data);
    },
  },
  {
    name: "pty: input waits for a program that does not read yet",
    source: "docs/protocol.md §8 B11",
    async run({ pty, commands }, { own, dir }) {
      const data = noise(200_000, 9);
      const script = `mkfifo go; ${RAW} read -r x <go; head -c ${data.length} | wc -c`;
      const user = sitAt(own(await pty.create({ ...SIZE, command: ["sh", "-c", script], cwd: dir })));
      await user.sees("ready");
      const typing = user.types(data);
      await commands.run("echo > go", { cwd: dir });
      await typing;
      equal(new TextDecoder().decode(await user.rest()).trim(), `${data.length}`);
    },
  },
  {
    name: "pty: Ctrl-C interrupts a program",
    source: "docs/protocol.md §8 B13",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create({ ...SIZE, command: ["sh", "-c", "echo ready; exec sleep 600"] }));
      const user = sitAt(terminal);
      await user.sees("ready\r\n");
      await user.types("\x03");
      await user.rest();
      const { exitCode, signal } = await terminal.wait();
      equal([exitCode, signal], [130, "SIGINT"]);
    },
  },
  {
    name: "pty: Ctrl-C interrupts what a shell runs, and the shell goes on",
    source: "docs/protocol.md §8 B13",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create(SIZE));
      const user = sitAt(terminal);
      await user.types("sh -c 'echo rea''dy; exec sleep 600'\n");
      await user.sees("ready\r\n");
      await user.types("\x03");
      await user.sees("^C");
      await user.types("echo st$((1))ill here; exit 3\n");
      await user.sees("st1ill here");
      await user.rest();
      equal((await terminal.wait()).exitCode, 3);
    },
  },
  {
    name: "pty: Ctrl-D ends the input",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create({ ...SIZE, command: ["sh", "-c", "cat; echo end; exit 4"] }));
      const user = sitAt(terminal);
      await user.types("line\n\x04");
      check(new TextDecoder().decode(await user.rest()).endsWith("line\r\nend\r\n"), "cat has ended");
      equal((await terminal.wait()).exitCode, 4);
    },
  },
  {
    name: "pty: a new size is seen, and programs are told",
    source: "wire: process-pty-proto",
    async run({ pty }, { own }) {
      const script = "trap 'stty size; exit 6' WINCH; echo ready; while :; do sleep 0.05; done";
      const terminal = own(await pty.create({ ...SIZE, command: ["sh", "-c", script] }));
      const user = sitAt(terminal);
      await user.sees("ready\r\n");
      await terminal.resize({ cols: 200, rows: 60 });
      await user.sees("60 200\r\n");
      await user.rest();
      equal((await terminal.wait()).exitCode, 6);
    },
  },
  {
    name: "pty: of many sizes at once the last one stays",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create({ ...SIZE, command: ["sh", "-c", "echo ready; read line; stty size"] }));
      const user = sitAt(terminal);
      await user.sees("ready\r\n");
      await Promise.all(Array.from({ length: 30 }, (_, i) => terminal.resize({ cols: 100 + i, rows: 30 + i })));
      await user.types("\n");
      await user.sees("59 129\r\n");
    },
  },
];
