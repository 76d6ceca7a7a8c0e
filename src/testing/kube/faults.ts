import type { FakeKubeFault, FakeKubeRequest } from "./fake_kube_fault.ts";
import type { Outgoing } from "./wire.ts";

/** The faults that are still to come. */
export class Faults {
  readonly #coming: { readonly fault: FakeKubeFault; left: number }[] = [];

  add(fault: FakeKubeFault): void {
    checkFault(fault);
    this.#coming.push({ fault, left: fault.times ?? 1 });
  }

  /** The fault of a request, if it has one. */
  take(request: FakeKubeRequest): FakeKubeFault | undefined {
    const index = this.#coming.findIndex(({ fault: { when } }) => when === undefined || when(request));
    const entry = this.#coming[index];
    if (entry === undefined) return undefined;
    if (--entry.left <= 0) this.#coming.splice(index, 1);
    return entry.fault;
  }
}

function checkFault(fault: FakeKubeFault): void {
  const { status, retryAfter, delayMs, cutAfterBytes, stallAfterBytes, loseRuntimeAfterBytes, stale, times } = fault;
  const bytes = { cutAfterBytes, stallAfterBytes, loseRuntimeAfterBytes };
  const whole = { status, retryAfter, delayMs, ...bytes, stale, times };
  for (const [name, value] of Object.entries(whole)) {
    if (value === undefined) continue;
    if (typeof value !== "number") throw new TypeError(`Cannot plan a fault: "${name}" must be a number`);
    if (!Number.isInteger(value) || value < (name === "times" ? 1 : 0)) {
      throw new RangeError(`Cannot plan a fault: "${name}" must be a whole number that makes sense, not ${value}`);
    }
  }
  if (fault.losesStatus !== undefined && typeof fault.losesStatus !== "boolean") {
    throw new TypeError(`Cannot plan a fault: "losesStatus" must be true or false`);
  }
  if (status !== undefined && (status < 200 || status > 599)) {
    throw new RangeError(`Cannot plan a fault: "status" must be from 200 to 599, not ${status}`);
  }
}

/** An answer that goes silent after some bytes of its body. */
export function stalled(outgoing: Outgoing, bytes: number): Outgoing {
  // A WebSocket does it by itself.
  if (outgoing.upgrade !== undefined) return outgoing;
  const { body } = outgoing;
  const stream = body instanceof ReadableStream ? body : new Blob([body]).stream();
  let left = bytes;
  const forever = new Promise<never>(() => {});
  const transform = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    async transform(chunk, controller) {
      if (left > 0) controller.enqueue(chunk.subarray(0, left));
      left -= chunk.byteLength;
      if (left <= 0) await forever;
    },
  });
  return { ...outgoing, body: stream.pipeThrough(transform) };
}

/** A stream that breaks after some bytes. */
export function cut(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  bytes: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = bytes;
  return body.pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        if (chunk.byteLength < left) {
          left -= chunk.byteLength;
          return controller.enqueue(chunk);
        }
        if (left > 0) controller.enqueue(chunk.subarray(0, left));
        controller.error(new TypeError("The connection broke, as planned"));
      },
    }),
  );
}
