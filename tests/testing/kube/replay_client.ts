import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import type { RecordedResponse } from "./recording.ts";

/** An answer as it came. */
export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Its body, once all of it is there. */
  readonly body: Promise<Uint8Array>;
}

/** Sends a request as it was recorded, header by header. */
export type Ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body?: string,
) => Promise<Answered>;

/** Asks over a connection, as the recorder did. */
export function askOver(url: string): Ask {
  return (method, path, headers, body) =>
    new Promise((resolve, reject) => {
      const given = Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
      );
      // Node itself does not say how long the body of a DELETE is.
      if (body !== undefined) given["Content-Length"] = String(new TextEncoder().encode(body).length);
      const asked = request(new URL(path, url), { method, headers: given, agent: false }, (answer) => {
        const chunks: Uint8Array[] = [];
        const done = new Promise<Uint8Array>((resolve, reject) => {
          answer.on("data", (chunk: Uint8Array) => chunks.push(chunk));
          answer.on("end", () => resolve(joined(chunks)));
          answer.on("error", reject);
        });
        const lines = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
        resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(lines), body: done });
      });
      asked.on("error", reject);
      asked.end(body);
    });
}

/** Asks through a `fetch`. */
export function askWith(fetch: (input: string, init: RequestInit) => Promise<Response>): Ask {
  return async (method, path, headers, body) => {
    const given = new Headers(Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]));
    const init = { method, headers: given, ...(body === undefined ? {} : { body }) };
    const answer = await fetch(`https://kube.test${path}`, init);
    const whole = answer.arrayBuffer().then((buffer) => new Uint8Array(buffer));
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body: whole };
  };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** Reads a body as the recording has it: JSON, text, events, or bytes. */
export function readBody(bytes: Uint8Array, recorded: RecordedResponse): unknown {
  if (recorded.gzipMembers !== undefined) return eventsOf(new TextDecoder().decode(gunzipSync(bytes)));
  if (recorded.base64 !== undefined) return btoa(String.fromCharCode(...bytes));
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (recorded.events !== undefined) return eventsOf(text);
  return recorded.text === undefined ? JSON.parse(text) : text;
}

/** What was recorded of a body, in the same form. */
export function recordedBody({ gzipMembers, base64, events, text, body }: RecordedResponse): unknown {
  if (gzipMembers !== undefined) return eventsOf(gzipMembers.join(""));
  return base64 ?? events?.map(({ type, object }) => ({ type, object })) ?? text ?? body;
}

function eventsOf(text: string): readonly unknown[] {
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}
