import type { Bytes } from "../../streams/bytes.ts";
import { pieceReader } from "../../streams/chunk_reader.ts";

/** A signal that follows others, until it is let go of. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Follows them no longer. */
  unlink(): void;
}

/** Makes one of several. What `AbortSignal.any` makes may be collected on Deno while somebody still waits for it. */
export function linkSignals(signals: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const onAbort = (event: Event) => controller.abort((event.target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener("abort", onAbort);
  }
  return {
    signal: controller.signal,
    unlink: () => signals.forEach((signal) => signal.removeEventListener("abort", onAbort)),
  };
}

/**
 * An answer whose body ends with an abort, and what is to be done at its end, whichever way that comes. Deno forgets the
 * signal of a `fetch` when nobody holds the `Response` any more, so that an abort would wait for the next bytes.
 */
export function endingWith(response: Response, { signal, unlink }: LinkedSignal): Response {
  if (response.body === null) {
    unlink();
    return response;
  }
  const reader = pieceReader(response.body);
  let onAbort: () => void;
  const end = (): void => {
    signal.removeEventListener("abort", onAbort);
    unlink();
  };
  const body = new ReadableStream<Bytes>({
    start(controller) {
      onAbort = () => {
        end();
        controller.error(signal.reason);
        reader.cancel(signal.reason).catch(() => {});
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort);
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (signal.aborted) return;
        if (!done) return controller.enqueue(value!);
        end();
        controller.close();
      } catch (error) {
        end();
        throw error;
      }
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
