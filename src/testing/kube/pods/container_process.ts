import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants as files } from "node:fs";
import { access, stat } from "node:fs/promises";
import { constants } from "node:os";
import { delimiter, join, resolve } from "node:path";
import process from "node:process";
import { startTerminal } from "../../../local/terminal.ts";

/** What is to run in a container. */
export interface Command {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly envs: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** A command that runs. */
export interface ContainerProcess {
  readonly stdout?: AsyncIterable<Uint8Array>;
  readonly stderr?: AsyncIterable<Uint8Array>;
  /** Its exit code; of a signal, 128 and its number. */
  readonly exit: Promise<number>;
  /** Resolves when the process, or what lies in between, has taken it, or when nobody will. */
  write(data: Uint8Array): Promise<void>;
  endInput(): void;
  resize(cols: number, rows: number): void;
  /** Kills it and what it started. */
  kill(): void;
  /** Lets go of its pipes, or of its terminal. */
  release(): void;
}

/** A command cannot be started; in the words of a runtime. */
export class LaunchError extends Error {
  override readonly name = "LaunchError";
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  E2BIG: "argument list too long",
  ENOEXEC: "exec format error",
  EINVAL: "invalid argument",
};

/**
 * Starts a command, and resolves once it runs.
 *
 * @throws {LaunchError} Where it cannot be.
 */
export async function startCommand(command: Command): Promise<ContainerProcess> {
  const { argv: [name, ...args], cwd, envs } = command;
  if (name === undefined) throw new LaunchError("process args cannot be empty");
  const file = await found(name, cwd, envs["PATH"] ?? "");
  try {
    if ([name, ...args].some((text) => text.includes("\0"))) throw Object.assign(new Error(), { code: "EINVAL" });
    if (command.tty) return await onTerminal(file, args, command);
    const { stdin, stdout, stderr } = command;
    const pipe = (wanted: boolean) => wanted ? "pipe" : "ignore";
    const stdio = [pipe(stdin), pipe(stdout), pipe(stderr)] as const;
    // In a group of its own, so that all of it can be ended.
    const child = spawn(file, args, { argv0: name, cwd, env: { ...envs }, stdio: [...stdio], detached: true });
    await once(child, "spawn");
    return onPipes(child);
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    throw new LaunchError(`fork/exec ${name}: ${WORDS[code] ?? message}`);
  }
}

/** Looks a command up as a container's runtime does. */
async function found(name: string, cwd: string, path: string): Promise<string> {
  if (name.includes("/")) {
    const file = resolve(cwd, name);
    const failure = await whyNot(file);
    if (failure !== undefined) throw new LaunchError(`fork/exec ${name}: ${WORDS[failure] ?? failure}`);
    return file;
  }
  for (const directory of path.split(delimiter)) {
    const file = join(directory, name);
    if (name !== "" && await whyNot(file) === undefined) return file;
  }
  throw new LaunchError(`exec: ${JSON.stringify(name)}: executable file not found in $PATH`);
}

async function whyNot(file: string): Promise<string | undefined> {
  try {
    if (!(await stat(file)).isFile()) return "EACCES";
    await access(file, files.X_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "ENOENT";
  }
}

function onPipes(child: ChildProcess): ContainerProcess {
  const { stdin, stdout, stderr, pid } = child;
  // A command that does not read any more is no error of the client's.
  stdin?.on("error", () => {});
  const exit = new Promise<number>((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal] ?? 0)))
  );
  const over = exit.then(() => {});
  return {
    ...(stdout === null ? {} : { stdout }),
    ...(stderr === null ? {} : { stderr }),
    exit,
    async write(data) {
      if (stdin === null || stdin.destroyed || stdin.writableEnded) return;
      const taken = new Promise<void>((resolve) => stdin.write(data, () => resolve()));
      await Promise.race([taken, over]);
    },
    endInput: () => void stdin?.end(),
    resize() {},
    kill: () => killGroup(pid),
    release() {
      for (const pipe of [stdin, stdout, stderr]) pipe?.destroy();
    },
  };
}

async function onTerminal(file: string, args: readonly string[], { cwd, envs }: Command): Promise<ContainerProcess> {
  // A runtime's terminals have no size until a client tells one.
  const terminal = await startTerminal({ file, args, cwd, envs: { ...envs, TERM: "xterm" }, cols: 0, rows: 0 });
  return {
    stdout: terminal.output,
    exit: terminal.exit,
    write: (data) => Promise.race([terminal.write(data).catch(() => {}), terminal.exit.then(() => {})]),
    endInput() {},
    resize: (cols, rows) => terminal.resize(cols, rows),
    kill: () => killGroup(terminal.pid),
    release: () => terminal.close(),
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, "SIGKILL");
    } catch {
      // It is gone, or was no group.
    }
  }
}
