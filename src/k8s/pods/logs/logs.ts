import { DisconnectedError } from "../../../errors/disconnected_error.ts";
import { asBytes, type Bytes } from "../../../streams/bytes.ts";
import { pieceReader } from "../../../streams/chunk_reader.ts";
import { UnsupportedError } from "../../../errors/unsupported_error.ts";
import { withContainer } from "../containers.ts";
import { explained } from "../explain.ts";
import { checkTarget, type PodCalls, type PodTarget } from "../target.ts";
import { type LogOptions, logQuery } from "./log_options.ts";

/** Opens the log of a container. Resolves when the server has begun its answer. */
export async function logs(calls: PodCalls, target: PodTarget, options: LogOptions): Promise<ReadableStream<Bytes>> {
  const where = checkTarget(target, calls);
  const query = logQuery(options);
  const { pod, namespace, kubelet, name } = where;
  const what = `read the log of the ${name}`;
  if (kubelet !== undefined) {
    throw new UnsupportedError(`Cannot ${what}: kubeletUrl is for commands, copies and ports`, {
      code: "unsupported",
      hint: "Leave it out: logs come through the API server",
    });
  }
  const { signal } = options;
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  return await withContainer(calls, where, signal, async (container) => {
    const request = {
      what,
      method: "GET",
      idempotent: true,
      path,
      query: { container, ...query },
      // Of the errors; the log itself has no other form.
      accept: "application/json, */*",
      isStream: true,
    };
    try {
      const response = await calls.requester.open(request, options);
      return logStream(response, what, signal ? [signal, calls.requester.closed] : [calls.requester.closed]);
    } catch (error) {
      signal?.throwIfAborted();
      throw await explained(calls, error, { target: where, container, subresource: "log", signal });
    }
  });
}

/** The body, whose failure says what was lost. */
function logStream(response: Response, what: string, signals: readonly AbortSignal[]): ReadableStream<Bytes> {
  if (response.body === null) return new ReadableStream({ start: (controller) => controller.close() });
  const reader = pieceReader(response.body);
  return new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(asBytes(value!));
      } catch (cause) {
        for (const signal of signals) signal.throwIfAborted();
        throw new DisconnectedError(`Cannot ${what}: the connection was lost in the middle`, {
          code: "disconnected",
          retryable: true,
          hint: "Read it again from there: timestamps tell where that is, and sinceSeconds leaves out what is older",
          cause,
        });
      }
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
