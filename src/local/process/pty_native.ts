import { Buffer } from "node:buffer";
import { readSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { ReadStream } from "node:tty";
import { type EndEvent, endEvent } from "./end_event.ts";
import { type PtyLaunch, TerminalChild } from "./pty_child.ts";

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

const REST_BYTES = 16_384;

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
  const stream = new ReadStream(fd);
  // Its end is the end of a terminal: "EIO". Whoever reads or writes is told.
  stream.on("error", () => {});
  return new TerminalChild(pid, exit, {
    output: outputOf(stream, fd),
    write: (data) =>
      new Promise((resolve, reject) => stream.write(Buffer.from(data), (error) => error ? reject(error) : resolve())),
    resize: (cols, rows) => native.resize(fd, cols, rows),
    close: () => void stream.destroy(),
  });
}

/**
 * What a terminal shows. Node takes a terminal that hung up for one that has nothing more to say after a short read,
 * and reads are short: a few KiB. The rest is taken before it closes.
 */
function outputOf(stream: ReadStream, fd: number): AsyncIterable<Uint8Array> {
  const rest: Uint8Array[] = [];
  stream.once("end", () => {
    try {
      while (true) {
        const buffer = Buffer.alloc(REST_BYTES);
        const length = readSync(fd, buffer);
        if (length === 0) return;
        rest.push(buffer.subarray(0, length));
      }
    } catch {
      // "EIO": that was all.
    }
  });
  return (async function* () {
    try {
      for await (const data of stream) yield data as Uint8Array;
    } catch {
      // "EIO" again, which is how Deno says it.
    }
    yield* rest;
  })();
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
