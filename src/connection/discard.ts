/** What is read to its end, so that the connection serves the next request. */
const MOST_BYTES = 64 * 1024;

/** Does away with an answer that nobody wants to read. */
export async function discard(response: Response): Promise<void> {
  const isShort = Number(response.headers.get("content-length") ?? Infinity) <= MOST_BYTES;
  await (isShort ? response.arrayBuffer() : response.body?.cancel())?.catch(() => {});
}
