import type { Fetch } from "../../mod.ts";
import type { Handler } from "./handler.ts";

/** A `fetch` that reaches a handler without a socket, whatever the host of the URL. */
export function createLocalFetch(
  handler: Handler,
  closed: AbortSignal,
): Fetch {
  return async (input, init) => {
    const given = new Request(input, init);
    // Closing ends what is going on, as it cuts connections.
    const signal = AbortSignal.any([given.signal, closed]);
    signal.throwIfAborted();
    const response = await abortable(handler(new Request(given, { signal })), signal);
    if (!response.body) return response;
    return new Response(abortableBody(response.body, signal), response);
  };
}

function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function abortableBody(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let abort: () => void;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      abort = () => {
        controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {});
      };
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (signal.aborted) return;
      if (!done) return controller.enqueue(value);
      signal.removeEventListener("abort", abort);
      controller.close();
    },
    cancel(reason) {
      signal.removeEventListener("abort", abort);
      return reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
}
