/** A container that is a directory of this machine: commands are local processes, with no server between. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { Readable, Writable } from "node:stream";
import type { Bytes } from "../../../../mod.ts";
import { DisconnectedError } from "../../../../mod.ts";
import type { ExecHandle, ExecOptions } from "../../../../src/k8s/pods/exec/exec_handle.ts";
import type { RunInPod } from "../../../../src/k8s/pods/copy/run_in_pod.ts";

/** What can go wrong with it. */
export interface LocalPodOptions {
  /** The environment; `PATH` decides what the image has. */
  readonly env?: Record<string, string>;
  /** A command that is run around each: `prlimit`, say. */
  readonly around?: readonly string[];
  /** After so many bytes in either direction the connection is lost. */
  readonly cutAfter?: number;
}

/** What was run, and how far it came. */
export interface LocalPod extends RunInPod {
  readonly commands: string[][];
  /** Bytes that went to standard inputs. */
  readonly taken: number;
  /** How many of the handles are not closed. */
  readonly open: number;
  /** Resolves when all of them are. */
  idle(): Promise<void>;
}

const lost = () => new DisconnectedError("Cannot read: the connection was lost", { code: "disconnected" });

/** Makes one in a directory. */
export function localPod(cwd: string, { env, around = [], cutAfter = Infinity }: LocalPodOptions = {}): LocalPod {
  const commands: string[][] = [];
  let taken = 0;
  let open = 0;
  const onIdle: (() => void)[] = [];
  // Not `async`: what goes wrong at once is told at once.
  function start(command: readonly string[], options: ExecOptions): ExecHandle {
    commands.push([...command]);
    options.signal?.throwIfAborted();
    const [file = "", ...args] = [...around, ...command];
    const child = spawn(file, args, { cwd, stdio: ["pipe", "pipe", "pipe"], ...(env && { env }) });
    open++;
    let moved = 0;
    let failure: unknown;
    const fail = (error: unknown) => {
      failure ??= error;
      child.kill("SIGKILL");
    };
    const count = (bytes: number) => {
      moved += bytes;
      if (moved > cutAfter) fail(lost());
      if (failure !== undefined) throw failure;
    };
    options.signal?.addEventListener("abort", () => fail(options.signal!.reason));
    let stderr = "";
    child.stderr.on("data", (chunk) => stderr += chunk);
    child.stdin.on("error", () => {});
    const ended = once(child, "close");
    const sink = Writable.toWeb(child.stdin).getWriter();
    sink.closed.catch(() => {});
    const stdin = new WritableStream<Uint8Array | string>({
      async write(chunk) {
        count(chunk.length);
        await sink.write(chunk);
        taken += chunk.length;
      },
      close: () => sink.close(),
    });
    const { stdin: given } = options;
    if (given === undefined || given === false) void sink.close().catch(() => {});
    else if (given !== true) void feed(given as AsyncIterable<Uint8Array>, stdin.getWriter());
    const source = Readable.toWeb(child.stdout).getReader();
    const stdout = new ReadableStream<Bytes>({
      async pull(controller) {
        const { done, value } = await source.read();
        if (value) count(value.byteLength);
        if (!done) return controller.enqueue(new Uint8Array(value));
        if (failure !== undefined) throw failure;
        controller.close();
      },
      cancel: () => source.cancel(),
    }, { highWaterMark: 0 });
    let isClosed = false;
    async function close(): Promise<void> {
      if (isClosed) return;
      isClosed = true;
      child.kill("SIGKILL");
      await source.cancel().catch(() => {});
      await ended;
      if (--open === 0) { for (const tell of onIdle.splice(0)) tell(); }
    }
    return {
      stdin,
      stdout,
      stderr: new ReadableStream(),
      resize: () => Promise.resolve(),
      async wait({ onStderr } = {}) {
        const [exitCode] = await ended;
        await onStderr?.(stderr);
        if (failure !== undefined) throw failure;
        const none = new Uint8Array();
        return { exitCode, stdout: "", stderr: "", stdoutBytes: none, stderrBytes: none, truncatedBytes: 0 };
      },
      close,
      [Symbol.asyncDispose]: close,
    };
  }
  return {
    where: 'the pod "box"',
    commands,
    get taken() {
      return taken;
    },
    get open() {
      return open;
    },
    idle: () => open === 0 ? Promise.resolve() : new Promise((resolve) => onIdle.push(resolve)),
    exec: (command, options) => Promise.resolve().then(() => start(command, options)),
  };
}

async function feed(data: AsyncIterable<Uint8Array>, writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of data) await writer.write(chunk);
    await writer.close();
  } catch {
    // The command has ended.
  }
}
