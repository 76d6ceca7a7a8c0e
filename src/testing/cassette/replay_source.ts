import { byteString } from "./cassette_data.ts";
import { pause } from "./replay_order.ts";

/** After so many chunks others have their turn. */
const BREATH = 16;

/**
 * Reads a request's stream to its end, or until it is not wanted any more. One that never waits for anything must not
 * hold up timers and signals, as it does not where there is a network.
 */
export async function readSource(
  stream: ReadableStream<Uint8Array>,
  push: (bytes: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const reader = stream.getReader();
  const onAbort = () => void reader.cancel(signal!.reason).catch(() => {});
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    for (let chunks = 1;; chunks++) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      push(byteString(value));
      if (chunks % BREATH === 0) await pause(0);
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
