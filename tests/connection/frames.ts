import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type ProcessEventSchema, StartResponseSchema } from "../../gen/process/process_pb.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An enveloped message; `declared` is a length that lies. */
export function frame(flags: number, data: Uint8Array, declared: number = data.byteLength): Bytes {
  const enveloped = new Uint8Array(5 + data.byteLength);
  new DataView(enveloped.buffer).setUint32(1, declared);
  enveloped[0] = flags;
  enveloped.set(data, 5);
  return enveloped;
}

/** The end of a stream. */
export function end(json: unknown = {}): Bytes {
  return frame(2, new TextEncoder().encode(JSON.stringify(json)));
}

/** An event of a process. */
export function event(event: MessageInitShape<typeof ProcessEventSchema>["event"] & object): Bytes {
  return frame(0, toBinary(StartResponseSchema, create(StartResponseSchema, { event: { event } })));
}

/** All of it in one array. */
export function join(...parts: readonly Uint8Array[]): Bytes {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A body of these chunks that then ends, or breaks. */
export function body(
  chunks: readonly Uint8Array[],
  failure?: unknown,
): { stream: ReadableStream<Uint8Array>; cancelled(): boolean } {
  let cancelled = false;
  const left = [...chunks];
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = left.shift();
      if (next !== undefined) controller.enqueue(next);
      else if (failure !== undefined) controller.error(failure);
      else controller.close();
    },
    cancel: () => void (cancelled = true),
  }, { highWaterMark: 0 });
  return { stream, cancelled: () => cancelled };
}
