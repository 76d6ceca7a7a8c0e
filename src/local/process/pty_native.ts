import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { type EndEvent, endEvent } from "./end_event.ts";
import { type PtyLaunch, TerminalChild } from "./pty_child.ts";
import { PtyStream } from "./pty_stream.ts";

/**
 * The functions of the binary of `@lydell/node-pty`. Its own class is not used: that drops output which is not read
 * within 200 ms after the end, and puts variables into the environment.
 */
interface Native {
  fork(
    file: string,
    args: readonly string[],
    envs: readonly string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helper: string,
    onExit: (code: number, signal: number) => void,
  ): { readonly fd: number; readonly pid: number };
  resize(fd: number, cols: number, rows: number): void;
}

/** Starts a process on a pseudo-terminal, on Deno and Node. Rejects where the binary cannot be loaded. */
export async function startNative(launch: PtyLaunch): Promise<TerminalChild> {
  const { requireBinary } = await import("@lydell/node-pty/requireBinary.js");
  const native: Native = requireBinary("pty.node");
  const { file, args, envs, cwd, cols, rows, uid = -1, gid = -1 } = launch;
  const pairs = Object.entries(envs).map(([name, value]) => `${name}=${value}`);
  let onExit: (end: EndEvent) => void;
  const exit = new Promise<EndEvent>((resolve) => onExit = resolve);
  const ended = (code: number, signal: number) => onExit(endEvent(code, nameOf(signal)));
  const { fd, pid } = native.fork(file, args, pairs, cwd, cols, rows, uid, gid, false, helper(), ended);
  const stream = new PtyStream(fd);
  return new TerminalChild(pid, exit, {
    output: stream.read(),
    write: (data) => stream.write(data),
    resize: (cols, rows) => stream.isClosed || native.resize(fd, cols, rows),
    close: () => stream.close(),
  });
}

/** macOS starts programs by a helper that lies beside the binary. */
function helper(): string {
  if (process.platform !== "darwin") return "";
  const loaded = (module as unknown as { readonly _cache: Readonly<Record<string, unknown>> })._cache;
  const binary = Object.keys(loaded).find((path) => /node-pty-darwin-\w+[/\\]pty\.node$/.test(path));
  return binary === undefined ? "" : join(dirname(binary), "spawn-helper");
}

/** 0 is none. */
function nameOf(signal: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, number]) => number === signal);
  return found === undefined ? null : found[0] as NodeJS.Signals;
}
