import type { Fetch } from "../../../mod.ts";
import type { Api } from "./api.ts";
import { cut } from "./faults.ts";
import type { Outgoing } from "./wire.ts";

/** The `fetch` of an API: nothing leaves the program, whatever host an address names. */
export function fetchOf(api: Api, isClosed: () => boolean): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal, method, headers } = request;
    signal.throwIfAborted();
    if (isClosed()) throw new TypeError("fetch failed: the fake API is closed");
    const body = new Uint8Array(await request.arrayBuffer());
    const incoming = {
      method,
      url: new URL(request.url),
      headers,
      values: (name: string) => {
        const value = headers.get(name);
        return value === null ? [] : [value];
      },
      body,
      signal,
      open: false,
    };
    const outgoing = await rejectOnAbort(api.answer(incoming), signal);
    return responseOf(outgoing, signal);
  };
}

async function rejectOnAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function responseOf({ status, headers, body, cutAfterBytes }: Outgoing, signal: AbortSignal): Response {
  if (cutAfterBytes === 0) throw new TypeError("fetch failed: the connection broke, as planned");
  const stream = body instanceof ReadableStream ? body : new Response(body).body ?? new ReadableStream();
  const whole = cutAfterBytes === undefined ? stream : cut(stream, cutAfterBytes);
  const shown = body instanceof ReadableStream || cutAfterBytes !== undefined ? abortable(whole, signal) : body;
  const bare = status === 204 || status === 304;
  return new Response(bare ? null : shown, {
    status,
    headers: new Headers(headers.map(([name, value]): [string, string] => [name, value])),
  });
}

/** A stream that ends with the reason of a signal. */
function abortable(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  let onAbort = () => {};
  const stop = () => signal.removeEventListener("abort", onAbort);
  return new ReadableStream({
    start(controller) {
      onAbort = () => {
        controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {});
      };
      signal.addEventListener("abort", onAbort, { once: true });
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          stop();
          if (!signal.aborted) controller.close();
        } else if (!signal.aborted) controller.enqueue(value);
      } catch (error) {
        stop();
        controller.error(error);
      }
    },
    cancel(reason) {
      stop();
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
