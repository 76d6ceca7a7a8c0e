import { checkCount } from "../errors/checks.ts";
import type { Channel } from "../process/output.ts";
import type { Bytes } from "../streams/bytes.ts";
import { type Followed, Follower } from "./follower.ts";
import type { JobOutputOptions } from "./job.ts";
import type { Journals } from "./journals.ts";

/** One stream of a job's output. What goes wrong before its first bytes rejects the call. */
export async function jobOutput(
  journals: Journals,
  job: Followed,
  options: JobOutputOptions,
): Promise<ReadableStream<Bytes>> {
  const { stream = "stdout", from = 0, follow = false, signal } = options;
  checkChannel(stream);
  checkCount("from", from);
  if (from > Number.MAX_SAFE_INTEGER) throw new RangeError(`Cannot use ${from} as from: pass an offset`);
  signal?.throwIfAborted();
  const what = `read the output of job "${job.id}"`;
  // Ends what waits in the sandbox, when the signal aborts or the stream is cancelled.
  const end = new AbortController();
  const follower = new Follower(journals, what, job, { [stream]: from }, end.signal);
  const onAbort = () => end.abort(signal!.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const leave = () => signal?.removeEventListener("abort", onAbort);
  let first: Awaited<ReturnType<Follower["read"]>>;
  try {
    first = await follower.read();
  } catch (error) {
    leave();
    throw error;
  }
  return new ReadableStream<Bytes>({
    start(controller) {
      // Nobody may be reading at that moment.
      end.signal.addEventListener("abort", () => controller.error(end.signal.reason), { once: true });
    },
    async pull(controller) {
      try {
        let next = first ?? await follower.read();
        first = undefined;
        while (next === undefined && follow && await follower.more()) next = await follower.read();
        if (next !== undefined) return controller.enqueue(next.data);
        controller.close();
        leave();
      } catch (error) {
        leave();
        // Then the stream has its error already.
        if (!end.signal.aborted) throw error;
      }
    },
    async cancel(reason) {
      leave();
      await follower.cancel(reason);
      end.abort(reason);
    },
  }, { highWaterMark: 0 });
}

function checkChannel(stream: Channel): void {
  if (stream === "stdout" || stream === "stderr") return;
  throw new TypeError(`Cannot read ${JSON.stringify(stream)} of a job: pass "stdout" or "stderr"`);
}
