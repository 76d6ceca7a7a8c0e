/**
 * Stands between the page and a sandbox that a browser cannot reach, or whose token it should not have: passes the calls
 * that terminals need on to the daemon, under `/sandbox/`. It is a `fetch` handler, for Workers, Deno, Bun and Node.
 */

import { isSandboxError, type RuntimeClient } from "@kruise-agents/runtime";

/** The daemon's port, whichever way the client goes. */
const RUNTIME_PORT = 49983;

/** The calls that terminals are made of. */
const CALL = /^\/sandbox(\/process\.Process\/(?:List|Start|Connect|Update|SendInput|SendSignal))$/;

/** What of a call is the page's to say: the account, and how the call is to be read. Never a token. */
const PASSED = ["authorization", "connect-protocol-version", "content-type", "keepalive-ping-interval"];

/** Where nothing was printed for so long, a stream can be cut without harm. */
const SILENCE_MS = 10_000;

/** What a platform has for callers who leave, where a request ends with them unless something is done about it. */
export interface Leaving {
  /** Aborts when the caller leaves. */
  readonly signal: AbortSignal;
  /** Keeps what is still to be done alive: `ctx.waitUntil`. */
  waitUntil(promise: Promise<void>): void;
}

/** Passes a call on for whoever presents the key as `X-API-Key`. */
export async function relay(
  request: Request,
  sandbox: RuntimeClient,
  key: string,
  leaving?: Leaving,
): Promise<Response> {
  if (!await isSame(request.headers.get("x-api-key") ?? "", key)) {
    return refusal(401, "the relay's key is missing or wrong");
  }
  const path = CALL.exec(new URL(request.url).pathname)?.[1];
  if (path === undefined || request.method !== "POST") return refusal(404, "terminals do not need that");
  const headers = [...request.headers].filter(([name]) => PASSED.includes(name));
  try {
    const call = { method: "POST", headers, body: await request.arrayBuffer() };
    const answer = await sandbox.ports.fetch(RUNTIME_PORT, path, call);
    return new Response(answer.body && passedOn(answer.body, leaving), {
      status: answer.status,
      headers: { "content-type": answer.headers.get("content-type") ?? "application/octet-stream" },
    });
  } catch (error) {
    if (isSandboxError(error)) return refusal(error.status ?? 502, error.message);
    throw error;
  }
}

/**
 * The daemon's answer. When the page leaves, the shell goes on, and the rest is read until it is silent: daemons of
 * version 0.2.10 can die of a stream that is cut while they send.
 */
function passedOn(body: ReadableStream<Uint8Array>, leaving: Leaving | undefined): ReadableStream<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const passed = passOn(body.getReader(), writer);
  leaving?.waitUntil(passed);
  // A failing write tells as well; but a Worker that does not listen may be ended in spite of what it waits for.
  leaving?.signal.addEventListener("abort", () => writer.abort(leaving.signal.reason).catch(() => {}));
  return readable;
}

async function passOn(
  from: ReadableStreamDefaultReader<Uint8Array>,
  to: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  try {
    for (let read = await from.read(); !read.done; read = await from.read()) await to.write(read.value);
    await to.close();
  } catch (error) {
    // One of the two is gone.
    await to.abort(error).catch(() => {});
    await drain(from).catch(() => {});
  }
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  for (let done = false; !done;) {
    const timer = setTimeout(() => void reader.cancel(), SILENCE_MS);
    ({ done } = await reader.read().finally(() => clearTimeout(timer)));
  }
}

/** In plain text, as a gateway answers. */
function refusal(status: number, message: string): Response {
  return new Response(message, { status, headers: { "content-type": "text/plain" } });
}

/** Compares digests to their last byte: how long it takes tells nothing about the key. */
async function isSame(presented: string, key: string): Promise<boolean> {
  const [left, right] = await Promise.all(
    [presented, key].map(async (text) =>
      new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))
    ),
  );
  return left!.every((byte, i) => byte === right![i]) && key !== "";
}
