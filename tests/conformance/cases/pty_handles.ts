import type { Case } from "../case.ts";
import { check, equal, rejection, rejects } from "../check.ts";
import { sitAt } from "../screen.ts";
import { gone, isListed, textOf } from "../tools.ts";

const SIZE = { cols: 80, rows: 24 } as const;

/** Handles of terminals: who follows one, who ends it, and what is refused. */
export const ptyHandles: readonly Case[] = [
  {
    name: "pty: all that follow a terminal see the same, and all can type",
    source: "wire: process-connect-proto",
    async run({ pty }, { own, unique: tag }) {
      const command = ["sh", "-c", "stty -echo; read go; echo $go; read go; echo $go; exit 8"];
      const first = own(await pty.create({ ...SIZE, command, tag }));
      const second = own(await pty.connect(first.pid));
      const third = own(await pty.connect({ tag }));
      equal([second.pid, third.pid], [first.pid, first.pid]);
      // Who types in vain is told so, but not those who look on: they look later.
      const [one, two, three] = [sitAt(first), sitAt(second), sitAt(third)];
      await three.types("one\n");
      for (const user of [three, two, one]) await user.sees("one\r\n");
      await two.types("two\n");
      for (const user of [two, one, three]) await user.sees("two\r\n");
      for (const terminal of [first, second, third]) equal((await terminal.wait()).exitCode, 8);
    },
  },
  {
    name: "pty: it goes on when it was left, and can be come back to",
    source: "wire: process-disconnect-survives",
    async run(sandbox, { own }) {
      const { pty } = sandbox;
      const command = ["sh", "-c", "stty -echo; echo ready; read line; echo got $line; exit 9"];
      const left = await pty.create({ ...SIZE, command });
      const reader = left.readable.getReader();
      await reader.read();
      const waiting = rejection(left.wait());
      const reading = rejection(reader.read());
      await left.disconnect();
      for (const error of [await waiting, await reading]) {
        check((error as Error).name === "DisconnectedError", `${error}`);
      }
      check((await rejection(left.writable.getWriter().write("x")) as Error).name === "DisconnectedError", "typing");
      check(await isListed(sandbox, left.pid), "the program lives");
      const terminal = own(await pty.connect(left.pid));
      const user = sitAt(terminal);
      await user.types("later\n");
      await user.sees("got later\r\n");
      equal((await terminal.wait()).exitCode, 9);
    },
  },
  {
    name: "pty: a handle that nobody reads holds nothing up",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create({ ...SIZE, command: ["seq", "200000"] }));
      equal((await terminal.wait()).exitCode, 0);
    },
  },
  {
    name: "pty: nothing is lost at the end, also for one who reads late and slowly",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create({ ...SIZE, command: ["seq", "100000"] }));
      await terminal.wait();
      let length = 0;
      const reader = terminal.readable.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        length += next.value.length;
        await new Promise((resolve) => setTimeout(resolve));
      }
      equal(length, 688_895);
    },
  },
  {
    name: "pty: kill",
    source: "wire: process-pty-errors",
    async run(sandbox, { own }) {
      const terminal = own(await sandbox.pty.create({ ...SIZE, command: ["sleep", "600"] }));
      equal(await terminal.kill(), true);
      const { exitCode, signal } = await terminal.wait();
      equal([exitCode, signal], [137, "SIGKILL"]);
      equal(await textOf(terminal.readable), "");
      equal(await terminal.kill(), false);
      await gone(sandbox, terminal.pid);
    },
  },
  {
    name: "pty: disposal kills a terminal of one's own, and leaves another's",
    source: "docs/protocol.md §4",
    async run(sandbox, { own }) {
      const terminal = await sandbox.pty.create({ ...SIZE, command: ["sleep", "600"] });
      const follower = own(await sandbox.pty.connect(terminal.pid));
      await (await sandbox.pty.connect(terminal.pid))[Symbol.asyncDispose]();
      check(await isListed(sandbox, terminal.pid), "it lives");
      await terminal[Symbol.asyncDispose]();
      equal((await follower.wait()).signal, "SIGKILL");
      await gone(sandbox, terminal.pid);
    },
  },
  {
    name: "pty: disposal ends all that runs in it, also what would not mind being left alone",
    source: "docs/protocol.md §4",
    async run({ pty, commands }, { own }) {
      const terminal = own(await pty.create(SIZE));
      const user = sitAt(terminal);
      await user.types("(trap '' HUP TERM; exec sleep 60) & echo p''id=$!.\n");
      await user.sees("pid=");
      const pid = parseInt(await user.sees("."));
      await terminal[Symbol.asyncDispose]();
      const { stdout } = await commands.run(`kill -0 ${pid} 2>/dev/null && ps -o stat= -p ${pid} || echo gone`);
      check(/^(gone|Z)/.test(stdout), `its job is ${stdout}`);
    },
  },
  {
    name: "pty: abort and timeoutMs end it",
    source: "docs/protocol.md §4",
    async run(sandbox, { own, unique: tag }) {
      const command = ["sh", "-c", "echo ready; sleep 600"];
      const reason = new Error("seen enough");
      const none = sandbox.pty.create({ ...SIZE, command, tag, signal: AbortSignal.abort(reason) });
      check(await rejection(none) === reason, "an aborted signal");
      check(!await isListed(sandbox, { tag }), "nothing runs");
      const controller = new AbortController();
      const aborted = own(await sandbox.pty.create({ ...SIZE, command, signal: controller.signal }));
      const user = sitAt(aborted);
      await user.sees("ready");
      controller.abort(reason);
      check(await rejection(aborted.wait()) === reason, "the caller's own reason");
      check(await rejection(user.rest()) === reason, "for who reads");
      await gone(sandbox, aborted.pid);
      const late = own(await sandbox.pty.create({ ...SIZE, command, timeoutMs: 300 }));
      const error = await rejects(late.wait(), "command_timeout");
      equal(error.name, "TimeoutError");
      await gone(sandbox, late.pid);
    },
  },
  {
    name: "pty: a wait can be given up",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create({ ...SIZE, command: ["sh", "-c", "read line; exit 2"] }));
      const controller = new AbortController();
      const waiting = rejection(terminal.wait({ signal: controller.signal }));
      const reason = new Error("no time");
      controller.abort(reason);
      check(await waiting === reason, "the caller's own reason");
      const user = sitAt(terminal);
      await user.types("\n");
      equal((await user.ends()).exitCode, 2);
    },
  },
  {
    name: "pty: closing or aborting the input leaves the terminal alone",
    source: "docs/protocol.md §4",
    async run({ pty }, { own }) {
      const command = ["sh", "-c", "stty -echo; read line; echo got $line; read line; exit 3"];
      const terminal = own(await pty.create({ ...SIZE, command }));
      const writer = terminal.writable.getWriter();
      void writer.write("all of");
      void writer.write(" it\n");
      await writer.close();
      const again = own(await pty.connect(terminal.pid));
      const other = own(await pty.connect(terminal.pid));
      await other.writable.abort(new Error("changed my mind"));
      const user = sitAt(again);
      await user.types("\n");
      equal((await user.ends()).exitCode, 3);
      check((await textOf(terminal.readable)).includes("got all of it\r\n"), "what was written before arrived");
    },
  },
  {
    name: "pty: what has ended takes no input and no size",
    source: "wire: process-pty-errors",
    async run({ pty }, { own }) {
      const terminal = own(await pty.create({ ...SIZE, command: ["true"] }));
      await terminal.wait();
      await rejects(terminal.writable.getWriter().write("x"), "process_not_found");
      await rejects(terminal.resize(SIZE), "process_not_found");
    },
  },
  {
    name: "pty: what is no terminal takes no input as one, and no size",
    source: "wire: process-pty-errors",
    async run({ pty, commands }, { own }) {
      const plain = own(await commands.start(["sleep", "600"]));
      const handle = own(await pty.connect(plain.pid));
      await rejects(handle.resize(SIZE), "invalid_argument");
      const writer = handle.writable.getWriter();
      void writer.write("x").catch(() => {});
      await rejects(writer.close(), "invalid_argument");
      const terminal = own(await pty.create({ ...SIZE, command: ["sleep", "600"] }));
      await rejects(commands.sendStdin(terminal.pid, "x"), "invalid_argument");
    },
  },
  {
    name: "pty: a command's handle follows a terminal, too: all it shows is standard output",
    source: "wire: process-pty-proto",
    async run({ pty, commands }, { own }) {
      const command = ["sh", "-c", "stty -echo; read line; echo out; echo err >&2; exit 4"];
      const terminal = own(await pty.create({ ...SIZE, command }));
      const followed = own(await commands.connectToProcess(terminal.pid));
      const user = sitAt(terminal);
      await user.types("\n");
      equal((await user.ends()).exitCode, 4);
      const { stdout, stderr, exitCode } = await followed.wait({ check: false });
      check(stdout.endsWith("out\r\nerr\r\n"), JSON.stringify(stdout));
      equal([stderr, exitCode], ["", 4]);
    },
  },
  {
    name: "pty: what cannot start",
    source: "wire: process-pty-errors",
    async run({ pty }, { own, dir, unique }) {
      await rejects(pty.create({ ...SIZE, cwd: `${dir}/missing` }), "invalid_argument");
      await rejects(pty.create({ ...SIZE, user: `no-${unique.slice(0, 8)}` }), "unknown_user");
      const missing = own(await pty.create({ ...SIZE, command: ["/no/such/binary"] }));
      equal((await missing.wait()).exitCode, 127);
    },
  },
  {
    name: "pty: whom nobody can connect to",
    source: "wire: process-connect-unknown",
    async run({ pty }, { unique }) {
      await rejects(pty.connect(999_999), "process_not_found");
      await rejects(pty.connect({ tag: unique }), "process_not_found");
    },
  },
];
