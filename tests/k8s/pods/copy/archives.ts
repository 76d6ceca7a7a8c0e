/** Archives made by hand, for what no tar would make, and by the tar of this machine. */

import { spawn } from "node:child_process";
import { Buffer } from "node:buffer";

/** What a header says; what is absent is as for an empty file. */
export interface Made {
  readonly name: string | Uint8Array;
  readonly type?: string;
  readonly link?: string;
  readonly data?: string | Uint8Array;
  readonly size?: number;
  readonly mode?: number;
  readonly mtime?: number;
  readonly prefix?: string;
  /** `ustar\0` for POSIX, `ustar ` for GNU, empty for the oldest. */
  readonly magic?: string;
  readonly badSum?: boolean;
}

/** Two blocks of zeros. */
export const END: Uint8Array = new Uint8Array(1024);

/** A member, with its data. */
export function made(member: Made): Uint8Array {
  const { name, type = "0", link = "", mode = 0o644, mtime = 1_700_000_000, prefix = "" } = member;
  const data = Buffer.from(member.data ?? "");
  const block = Buffer.alloc(512);
  Buffer.from(name).copy(block, 0, 0, 100);
  block.write(`${mode.toString(8).padStart(7, "0")}\0`, 100);
  block.write("0000000\0".repeat(2), 108);
  block.write(`${(member.size ?? data.byteLength).toString(8).padStart(11, "0")}\0`, 124);
  block.write(`${mtime.toString(8).padStart(11, "0")}\0`, 136);
  block.write(type, 156, "latin1");
  block.write(link, 157, 100);
  block.write(member.magic ?? "ustar\x0000", 257, "latin1");
  block.write(prefix, 345, 155);
  block.write("        ", 148);
  const sum = block.reduce((total, byte) => total + byte, 0) + (member.badSum ? 1 : 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return new Uint8Array(Buffer.concat([block, data, Buffer.alloc(-data.byteLength & 511)]));
}

/** An extended header. */
export function pax(records: Readonly<Record<string, string>>, type = "x"): Uint8Array {
  const data = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    let length = Buffer.byteLength(rest);
    while (String(length).length + Buffer.byteLength(rest) !== length) {
      length = String(length).length + Buffer.byteLength(rest);
    }
    return length + rest;
  }).join("");
  return made({ name: "PaxHeaders/x", type, data });
}

/** The bytes of all of them. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** Members one behind the other. */
export function archive(...parts: readonly (Made | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return joined([...parts.map((part) => part instanceof Uint8Array ? part : made(part)), END]);
}

/** What a command of this machine writes to its standard output. */
export function output(command: readonly string[], input?: Uint8Array, cwd?: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const [file = "", ...args] = command;
    const child = spawn(file, args, { ...(cwd && { cwd }), stdio: ["pipe", "pipe", "pipe"] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (chunk) => out.push(chunk));
    child.stderr.on("data", (chunk) => err.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(new Uint8Array(Buffer.concat(out)));
      else reject(new Error(`${file} ended with ${code}: ${Buffer.concat(err)}`));
    });
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}

/** The bytes as a stream, in pieces of so many. */
export function streamOf(bytes: Uint8Array, piece = 65_536): ReadableStream<Uint8Array> {
  let start = 0;
  return new ReadableStream({
    pull(controller) {
      if (start >= bytes.byteLength) return controller.close();
      controller.enqueue(bytes.slice(start, start += piece));
    },
  });
}
