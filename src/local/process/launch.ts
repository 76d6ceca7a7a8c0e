import { Code, ConnectError } from "@connectrpc/connect";
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, stat } from "node:fs/promises";
import { isAbsolute, join } from "node:path/posix";
import process from "node:process";
import type { Account } from "../accounts.ts";
import { errorWords } from "../errno.ts";
import { type Child, PipedChild } from "./child.ts";
import { ownPath } from "./environment.ts";
import type { TerminalSize } from "./pty_child.ts";
import { startPty } from "./pty.ts";

/** What is to be started. */
export interface Launch {
  readonly cmd: string;
  readonly args: readonly string[];
  readonly envs: Record<string, string>;
  readonly cwd: string;
  /** Whether standard input is a pipe; otherwise it is at its end. */
  readonly stdin: boolean;
  /** The size of its terminal, where it gets one. */
  readonly pty?: TerminalSize | undefined;
  readonly account: Account;
}

/** A refusal in the words of the daemon's operating system library. */
class LaunchFailure extends Error {}

/** The newer daemon's wrapper: what cannot be started is then exit 126 or 127. */
const WRAPPER = `command -v nice >/dev/null && set -- nice -n 0 "$@"; exec "$@"`;

/**
 * Starts a process and resolves once it runs.
 *
 * @throws {ConnectError} `invalid_argument`, where it cannot be started
 */
export function launch(launch: Launch, newer: boolean): Promise<Child> {
  return newer ? startThroughShell(launch) : startDirectly(launch);
}

function startThroughShell(launch: Launch): Promise<Child> {
  const args = ["-c", WRAPPER, launch.cmd, launch.cmd, ...launch.args];
  return naming(
    launch,
    ["/bin/sh", ...args].join(" "),
    () => start("/bin/sh", "/bin/sh", ["/bin/sh", ...args], launch),
  );
}

async function startDirectly(launch: Launch): Promise<Child> {
  const { cmd, args } = launch;
  const found = cmd.includes("/") ? cmd : await searchPath(cmd);
  return await naming(launch, [found ?? cmd, ...args].join(" "), async () => {
    if (cmd === "") throw new LaunchFailure("exec: no command");
    if (found === undefined) {
      throw new LaunchFailure(
        `exec: ${JSON.stringify(cmd)}: executable file not found in $PATH`,
      );
    }
    const file = isAbsolute(found) ? found : join(launch.cwd, found);
    const argv = [cmd, ...args];
    return await start(found, file, argv, launch, () => checkFormat(file));
  });
}

/** Puts the command into the message of a failure. */
async function naming<T>({ pty, cwd }: Launch, shown: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof LaunchFailure)) throw error;
    const what = pty === undefined
      ? `error starting process '${shown}'`
      : `error starting pty with command '${shown}' in dir '${cwd}' with '${pty.cols}' cols and '${pty.rows}' rows`;
    throw new ConnectError(`${what}: ${error.message}`, Code.InvalidArgument);
  }
}

async function start(
  shown: string,
  file: string,
  [argv0 = "", ...args]: readonly string[],
  launch: Launch,
  check?: () => Promise<void>,
): Promise<Child> {
  const { envs, cwd, account, pty } = launch;
  const { uid, gid } = account;
  if (Object.entries(envs).some((pair) => pair.join().includes("\0"))) {
    throw new LaunchFailure("exec: environment variable contains NUL");
  }
  try {
    if ([file, ...args].some((text) => text.includes("\0"))) {
      throw errno("EINVAL");
    }
    if (!(await stat(cwd)).isDirectory()) throw errno("ENOTDIR");
    await check?.();
    // A terminal's program is looked up in the environment, where that leads to the same.
    const byName = !argv0.includes("/") && envs.PATH === ownPath();
    if (pty !== undefined) return await startPty({ file: byName ? argv0 : file, args, envs, cwd, uid, gid, ...pty });
    const child = spawn(file, args, {
      argv0,
      cwd,
      env: envs,
      stdio: [launch.stdin ? "pipe" : "ignore", "pipe", "pipe"],
      ...(uid === undefined ? {} : { uid, gid }),
    });
    await once(child, "spawn");
    return new PipedChild(child);
  } catch (error) {
    if (error instanceof ConnectError) throw error;
    throw new LaunchFailure(`fork/exec ${shown}: ${errorWords(error)}`);
  }
}

/** Looks a bare name up as the daemon does: in its own PATH, not the request's. */
async function searchPath(name: string): Promise<string | undefined> {
  if (name === "") return undefined;
  for (const directory of ownPath().split(":")) {
    const file = join(directory, name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile() && (found.mode & 0o111) !== 0) return file;
  }
  return undefined;
}

/**
 * Refuses a text without `#!`. The C library would hand it to a shell, which
 * the daemon does not.
 */
async function checkFormat(file: string): Promise<void> {
  const found = await stat(file);
  if (!found.isFile() || (found.mode & 0o111) === 0) throw errno("EACCES");
  if (process.platform !== "linux") return;
  const head = Buffer.alloc(4);
  // Not `await using`, which Node 22 does not parse.
  const handle = await open(file);
  try {
    await handle.read(head, 0, 4, 0);
  } finally {
    await handle.close();
  }
  const isScript = head.toString("latin1").startsWith("#!");
  const isBinary = head.toString("latin1") === "\x7fELF";
  if (!isScript && !isBinary) throw errno("ENOEXEC");
}

function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}
