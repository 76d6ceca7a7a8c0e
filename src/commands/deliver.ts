import type { BoundedQueue } from "../streams/bounded_queue.ts";
import { Utf8Decoder } from "../streams/utf8_decoder.ts";
import type { Channel, Chunk, Output } from "../process/output.ts";

/** Takes text as it becomes complete. An async one is awaited before the next call; the process may have to wait. */
export type OutputCallback = (text: string) => void | Promise<void>;

/** Where text goes. */
export interface OutputCallbacks {
  /** Gets standard output. */
  onStdout?: OutputCallback | undefined;
  /** Gets standard error. */
  onStderr?: OutputCallback | undefined;
}

/** Text on its way to callbacks. */
export interface Delivery {
  /** Settles when all text is delivered; rejects with what a callback throws, or with how the output ended. */
  readonly done: Promise<void>;
  /** Delivers no more. */
  cancel(): void;
}

/** Hands output to callbacks, in order, one call at a time. */
export function deliver(output: Output, { onStdout, onStderr }: OutputCallbacks): Delivery {
  if (onStdout === undefined && onStderr === undefined) return { done: Promise.resolve(), cancel() {} };
  const only = onStderr === undefined ? "stdout" : onStdout === undefined ? "stderr" : undefined;
  const queue = output.subscribe(only);
  const done = pump(queue, { stdout: onStdout, stderr: onStderr }).finally(() => queue.cancel());
  done.catch(() => {});
  return { done, cancel: () => queue.cancel() };
}

async function pump(
  queue: BoundedQueue<Chunk>,
  callbacks: Readonly<Record<Channel, OutputCallback | undefined>>,
): Promise<void> {
  const decoders = { stdout: new Utf8Decoder(), stderr: new Utf8Decoder() };
  for (let chunk = await queue.next(); chunk !== undefined; chunk = await queue.next()) {
    const text = decoders[chunk.channel].decode(chunk.data);
    if (text === "") continue;
    const pending = callbacks[chunk.channel]?.(text);
    if (pending !== undefined) await pending;
  }
  // Cancelled, or at its end.
  if (queue.isCancelled) return;
  for (const channel of ["stdout", "stderr"] as const) {
    const rest = decoders[channel].flush();
    if (rest !== "") await callbacks[channel]?.(rest);
  }
}

/** Checks callbacks before anything is started for them. */
export function checkCallbacks({ onStdout, onStderr }: OutputCallbacks): void {
  for (const [name, callback] of Object.entries({ onStdout, onStderr })) {
    if (callback !== undefined && typeof callback !== "function") {
      throw new TypeError(`Cannot use a ${typeof callback} as ${name}: pass a function`);
    }
  }
}
