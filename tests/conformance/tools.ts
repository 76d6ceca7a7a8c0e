import type { CommandHandle, OutputEvent, RuntimeClient } from "../../mod.ts";
import { check, CheckError } from "./check.ts";

/** Bytes that look random and are the same everywhere; all 256 values occur. */
export function noise(length: number, seed: number = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0, x = seed; i < length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    bytes[i] = x >>> 24;
  }
  return bytes;
}

/** The values 0 to 255. */
export const EVERY_BYTE: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 256 }, (_, i) => i);

/** The numbers from 1 on, a line each, as `seq` prints them. */
export function seq(last: number): string {
  return Array.from({ length: last }, (_, i) => `${i + 1}\n`).join("");
}

/** A stream of chunks, made when they are asked for. */
export function streamOf(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  const rest = chunks.slice();
  return new ReadableStream({
    pull(controller) {
      const chunk = rest.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}

/** Everything a stream gives. */
export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());
}

/** Everything a stream gives, as text. */
export async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await bytesOf(stream));
}

/** The output events of a handle, and a way to await what is to come. */
export interface Output {
  /** Reads on until the text of stdout so far fulfils a condition, and gives the text. */
  until(condition: (text: string) => boolean): Promise<string>;
}

/** Follows the stdout of a handle. */
export function follow(handle: CommandHandle): Output {
  const events: AsyncIterator<OutputEvent> = handle[Symbol.asyncIterator]();
  let text = "";
  return {
    async until(condition) {
      while (!condition(text)) {
        const { done, value } = await events.next();
        if (done || value.type === "exit") throw new CheckError(`the command ended after ${JSON.stringify(text)}`);
        if (value.type === "stdout") text += value.text;
      }
      return text;
    },
  };
}

/** Whether a process is listed. */
export async function isListed(sandbox: RuntimeClient, which: number | { tag: string }): Promise<boolean> {
  const all = await sandbox.commands.list();
  return all.some(({ pid, tag }) => typeof which === "number" ? pid === which : tag === which.tag);
}

/** Demands that a process is gone. The daemon takes it off its list a moment after it has told its end. */
export async function gone(sandbox: RuntimeClient, which: number | { tag: string }): Promise<void> {
  for (let i = 0; i < 200; i++) if (!await isListed(sandbox, which)) return;
  check(false, `${JSON.stringify(which)} is still listed`);
}

/** What runs once the helpers that ended others are over, which takes them a moment: nothing, where all is well. */
export async function leftRunning({ commands }: Pick<RuntimeClient, "commands">, tries = 200): Promise<string[]> {
  let left = await commands.list();
  for (let i = 0; i < tries && left.length > 0; i++) left = await commands.list();
  return left.map(({ cmd, args }) => [cmd, ...args].join(" "));
}
