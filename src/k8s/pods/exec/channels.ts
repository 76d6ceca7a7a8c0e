import { type Bytes, concat } from "../../../streams/bytes.ts";

/** The sub-protocols of exec, the better first. Only v5 can end the standard input. */
export const EXEC_PROTOCOLS: readonly string[] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

/** The first byte of every message. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

/** So much of the input is sent in one message: larger ones cost the servers more, smaller ones both sides. */
export const STDIN_BYTES: number = 64 * 1024;

const encoder = new TextEncoder();

/** A message for a channel. */
export function frame(channel: number, data: Uint8Array): Bytes {
  return concat([Uint8Array.of(channel), data as Bytes]);
}

/** Ends the standard input (v5). */
export function closeStdinFrame(): Bytes {
  return Uint8Array.of(CHANNEL.close, CHANNEL.stdin);
}

/** Says nothing: servers ignore the end of a channel that there is not. */
export function idleFrame(): Bytes {
  return Uint8Array.of(CHANNEL.close, 255);
}

/** Gives the terminal a size. */
export function resizeFrame({ cols, rows }: { readonly cols: number; readonly rows: number }): Bytes {
  return frame(CHANNEL.resize, encoder.encode(JSON.stringify({ Width: cols, Height: rows })));
}
