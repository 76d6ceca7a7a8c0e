/** What the parts of the server share. */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Bytes, Codec } from "./wire.ts";

export async function bodyOf(request: IncomingMessage): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Waits for a client that reads slower than this writes, so that nothing piles up here; false when it has gone. */
export async function writable(response: ServerResponse): Promise<boolean> {
  if (response.writableNeedDrain) {
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.once("close", leave);
    await once(response, "drain", { signal: gone.signal }).catch(() => {});
    response.off("close", leave);
  }
  return !response.destroyed;
}

export function codecOf(request: IncomingMessage): Codec {
  return request.headers["content-type"]?.includes("json") ? "json" : "proto";
}

/** Whether the request asks for gzip as the daemon understands it: by name, with no quality behind it. */
export function takesGzip(request: IncomingMessage): boolean {
  const accepted = request.headers["accept-encoding"] ?? "";
  return String(accepted).split(",").some((token) => token.trim() === "gzip");
}

/** Answers with a text. Its length is declared, as Go does for what is short. */
export function say(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text), "vary": "Origin" });
  response.end(text);
}

export function fail(response: ServerResponse, code: number, message: string): void {
  say(response, code, "application/json; charset=utf-8", JSON.stringify({ code, message }) + "\n");
}
