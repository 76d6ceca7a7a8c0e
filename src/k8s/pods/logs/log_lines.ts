import type { Bytes } from "../../../streams/bytes.ts";
import { LineDecoder } from "../../../streams/lines.ts";

/**
 * Takes a log apart into lines, without their ends (`\n` or `\r\n`). What is not UTF-8 becomes U+FFFD, and a line of more
 * than 1 Mi characters comes in pieces. Leaving the loop ends the log's connection.
 *
 * @param log What `KubeClient.logs` gives, or any other stream of bytes.
 * @returns The lines, each as soon as it is complete.
 *
 * @throws What the stream fails with.
 *
 * @example
 * ```ts
 * import { type KubeClient, logLines } from "@kruise-agents/runtime/k8s";
 *
 * async function waitForLine(kube: KubeClient, pod: string, word: string): Promise<string | undefined> {
 *   for await (const line of logLines(await kube.logs({ pod }, { follow: true }))) {
 *     if (line.includes(word)) return line;
 *   }
 * }
 * ```
 */
export async function* logLines(log: ReadableStream<Uint8Array>): AsyncGenerator<string, void, void> {
  const reader = log.getReader();
  const decoder = new LineDecoder();
  let isOver = false;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      yield* decoder.decode(next.value as Bytes);
    }
    isOver = true;
    yield* decoder.flush();
  } catch (error) {
    isOver = true;
    throw error;
  } finally {
    if (!isOver) await reader.cancel().catch(() => {});
    reader.releaseLock();
  }
}
