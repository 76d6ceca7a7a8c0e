import type { Output } from "./output.ts";
import type { ProcessStream, StreamEvent } from "./process_stream.ts";

/** Where events go. */
export interface Sink {
  /** Holds up the reading while it is full. */
  readonly output: Output;
  /** Takes an event; whether it was the last. */
  take(event: StreamEvent): boolean;
  /** Nothing is there to be taken. */
  onWait(): void;
}

/** Hands on what a process sends, as long as there is room for it, up to the last event. */
export async function pump(stream: ProcessStream, sink: Sink): Promise<void> {
  while (!takeArrived(stream, sink)) {
    if (sink.output.isFull) {
      await sink.output.room();
    } else {
      sink.onWait();
      await stream.arrival();
    }
  }
}

/**
 * Takes what has arrived while there is room; whether the last was among it. Not in an `async` function: what one
 * remembers while it waits makes the collector keep the buffers of many events.
 */
function takeArrived(stream: ProcessStream, sink: Sink): boolean {
  while (!sink.output.isFull) {
    const event = stream.take();
    if (event === undefined) return false;
    if (sink.take(event)) return true;
  }
  return false;
}
