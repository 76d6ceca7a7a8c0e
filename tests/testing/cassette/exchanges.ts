import type { Cassette } from "../../../src/testing/mod.ts";
import type { Exchange, RecordedRequest, RecordedResponse } from "../../../src/testing/cassette/cassette.ts";

/** An exchange written down as `record` would. */
export function exchange(
  request: Partial<RecordedRequest>,
  answer: string | Partial<RecordedResponse> = "ok",
): Exchange {
  const response = typeof answer === "string" ? { body: [{ ms: 0, data: answer }] } : answer;
  return {
    request: { method: "GET", path: "/x", headers: {}, ...request },
    response: { ms: 0, status: 200, headers: {}, end: { ms: 0 }, ...response },
  };
}

/** A cassette with these in it. */
export function cassette(...exchanges: readonly unknown[]): Cassette {
  return { version: 1, exchanges };
}
