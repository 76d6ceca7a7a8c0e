import type { Fetch, PtyHandle, RuntimeClient } from "../../mod.ts";
import type { Call } from "./calls.ts";
import type { Exchange } from "./recording.ts";
import { decode, encodeFrames, methodOf } from "./schema.ts";

/** What a program in a terminal is started with. */
export interface RecordedTerminal {
  readonly process: { readonly cmd: string; readonly args?: string[]; readonly envs?: Record<string, string> };
  readonly pty: { readonly size: { readonly cols: number; readonly rows: number } };
  readonly tag?: string;
}

/** What the client adds to the environment of a terminal that says nothing of it. */
export function withDefaults(envs: Record<string, string> = {}): Record<string, string> {
  return { TERM: "xterm-256color", ...(!("LANG" in envs) && { LANG: "C.UTF-8", LC_ALL: "C.UTF-8" }), ...envs };
}

/** The call behind the start of a terminal. One that is not followed gives all it shows, and its end. */
export function terminalCall({ background }: Exchange, start: RecordedTerminal, user: string | undefined): Call {
  const { cmd, args = [], envs } = start.process;
  const options = { ...start.pty.size, command: [cmd, ...args], envs, tag: start.tag, user };
  return async ({ pty }): Promise<unknown> => {
    const terminal = await pty.create(options);
    return background ? terminal : await wholeOf(terminal);
  };
}

/** What a terminal shows until its end, and that. */
export async function wholeOf(terminal: PtyHandle): Promise<unknown> {
  const shown = await new Response(terminal.readable).bytes();
  return { shown, exit: await terminal.wait() };
}

/** The call behind a new size. */
export function resizeCall(pid: number, size: { cols: number; rows: number }): Call {
  return onTerminal(pid, (terminal) => terminal.resize(size));
}

/** The call behind input. */
export function typeCall(pid: number, data: Uint8Array): Call {
  return onTerminal(pid, async ({ writable }) => {
    const writer = writable.getWriter();
    await writer.write(data);
    await writer.close();
  });
}

function onTerminal(pid: number, work: (terminal: PtyHandle) => Promise<void>): Call {
  return async ({ pty }: RuntimeClient) => await work(await pty.connect(pid));
}

/** A terminal to size and type into: only a handle can, and it follows a stream that was not recorded here. */
export interface Stage {
  readonly fetch: Fetch;
  /** Ends the stream. */
  finish(): void;
}

/** Answers what a handle needs, and hands the rest on. */
export function stageOf({ send }: Exchange, fetch: Fetch): Stage {
  const path = "/process.Process/Connect";
  if (send.path === path || !/\/(Update|SendInput)$/.test(send.path)) return { fetch, finish() {} };
  const end = Promise.withResolvers<void>();
  return {
    finish: end.resolve,
    async fetch(input, init) {
      const request = new Request(input, init);
      if (new URL(request.url).pathname !== path) return await fetch(request);
      const { input: asked, output } = methodOf(path)!;
      const { process } = decode(asked, new Uint8Array(await request.arrayBuffer()).subarray(5));
      const [start, ...rest] = encodeFrames(output, [
        { json: { event: { start: { pid: (process as { pid: number }).pid } } } },
        { json: { event: { end: { exited: true, status: "exit status 0" } } } },
        { flags: 2, json: {} },
      ]);
      const body = ReadableStream.from((async function* () {
        yield start!;
        await end.promise;
        yield* rest;
      })());
      return new Response(body, { headers: { "content-type": "application/connect+proto" } });
    },
  };
}
