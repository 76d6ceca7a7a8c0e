import type { Output } from "../process/output.ts";
import { LineDecoder } from "../streams/lines.ts";

/** What {@linkcode CommandHandle.lines} takes. */
export interface LinesOptions {
  /**
   * Whose lines. `both`: of both streams, each line when it is complete.
   *
   * @default {"stdout"}
   */
  stream?: "stdout" | "stderr" | "both" | undefined;
  /** Ends the reading only; the process goes on. */
  signal?: AbortSignal | undefined;
}

/** The lines of a process's output. Each iteration is a reader of its own. */
export function lines(output: Output, { stream = "stdout", signal }: LinesOptions): AsyncIterable<string> {
  if (stream !== "stdout" && stream !== "stderr" && stream !== "both") {
    throw new TypeError(`Cannot read lines of ${JSON.stringify(stream)}: pass "stdout", "stderr" or "both"`);
  }
  return { [Symbol.asyncIterator]: () => read(output, stream, signal) };
}

async function* read(
  output: Output,
  stream: "stdout" | "stderr" | "both",
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void> {
  signal?.throwIfAborted();
  const queue = output.subscribe(stream === "both" ? undefined : stream);
  const onAbort = () => queue.cancel();
  signal?.addEventListener("abort", onAbort, { once: true });
  const decoders = { stdout: new LineDecoder(), stderr: new LineDecoder() };
  try {
    for (let chunk = await queue.next(); chunk !== undefined; chunk = await queue.next()) {
      for (const line of decoders[chunk.channel].decode(chunk.data)) {
        yield line;
        signal?.throwIfAborted();
      }
    }
    signal?.throwIfAborted();
    yield* decoders.stdout.flush();
    yield* decoders.stderr.flush();
  } finally {
    signal?.removeEventListener("abort", onAbort);
    queue.cancel();
  }
}
