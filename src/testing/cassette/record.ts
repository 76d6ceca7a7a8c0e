import type { Fetch } from "../../../mod.ts";
import { within } from "../within.ts";
import type { Cassette, CassetteOptions } from "./cassette.ts";
import { lookFor } from "./cassette_options.ts";
import { readRequest } from "./cassette_request.ts";
import { Draft } from "./record_draft.ts";

/** What `record` can be told. */
export interface RecordOptions extends CassetteOptions {}

/** Takes down what goes through its `fetch`. */
export interface Recorder {
  /** Give it to a client as `fetch`. It holds nothing back: bodies are seen as they go by. */
  readonly fetch: Fetch;
  /**
   * What was recorded so far. Recording goes on: a later cassette has more.
   *
   * @param options How long to wait.
   * @returns The cassette, once the exchanges in flight have ended. One that still goes on when the wait is over is in
   * it as far as it came, as if its caller had gone away.
   *
   * @example The same, twice
   * ```ts
   * import { record } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const recorder = record(() => Promise.resolve(new Response("hello")));
   * await (await recorder.fetch("http://sandbox.test/x")).text();
   * assertEquals(await recorder.cassette(), await recorder.cassette());
   * ```
   */
  cassette(options?: SettleOptions): Promise<Cassette>;
}

/** How long exchanges in flight are waited for. */
export interface SettleOptions {
  /**
   * Milliseconds; 0 takes everything as it is.
   *
   * @default {5_000}
   */
  waitMs?: number | undefined;
}

/**
 * Records what goes through a `fetch`, so that a test can have it again from {@linkcode replay}, without a sandbox and
 * without a network.
 *
 * Secrets are masked: the values of all headers that are not part of the protocol, cookies, what a URL's query calls a
 * signature or a token, the values of JSON members and of a command's variables whose names say so (`OPENAI_API_KEY`),
 * and all of these wherever else they occur in a URL, a request or an answer, also in base64, and where the chunks of a
 * body or the frames of a command's output cut them. A body keeps its length. **Not masked** is what nothing marks as a
 * secret: what a command prints or a file holds; outside of its own place a value of fewer than six characters, or of
 * digits alone, or, in a header whose name tells nothing, of letters alone; the account of a Basic header without a
 * password, where it looks like one (`root`, `user1`); what is compressed, encrypted, in hexadecimal, or in base64 twice
 * or cut into lines of fewer than 60 characters. Name such things in `secrets`, and look at a cassette before you commit
 * it.
 *
 * Request bodies of more than 64 KiB are kept as a digest. Answers are kept whole, in memory until then, so record
 * small files. A request whose signal is aborted beforehand is not sent, and not recorded.
 *
 * @param fetch What really sends: the global `fetch`, or a local runtime's.
 * @param options More secrets, and names that differ from run to run.
 * @returns The recorder.
 * @throws {TypeError} When `fetch` is no function, or an option is of the wrong type.
 *
 * @example Record once, against a local runtime
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { record } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const recorder = record(fetch);
 * const sandbox = new RuntimeClient({ ...runtime.clientOptions(), fetch: recorder.fetch });
 * await sandbox.commands.run("echo hello");
 *
 * const cassette = await recorder.cassette();
 * assertEquals(JSON.stringify(cassette).includes(runtime.token), false);
 * ```
 */
export function record(fetch: Fetch, options: RecordOptions = {}): Recorder {
  if (typeof fetch !== "function") {
    throw new TypeError(`Cannot record a ${typeof fetch}: pass a fetch function`);
  }
  const { secrets, names } = lookFor(options);
  const drafts: Draft[] = [];
  return {
    async fetch(input, init) {
      const asked = readRequest(input, init, secrets);
      if (asked.signal?.aborted) return await fetch(input, init);
      const index = drafts.length;
      const draft = new Draft(asked, secrets, names, () => drafts.length - 1 - index);
      drafts.push(draft);
      return await draft.send(fetch, input, init);
    },
    async cassette({ waitMs = 5_000 } = {}) {
      if (typeof waitMs !== "number") throw new TypeError(`Cannot use a ${typeof waitMs} as waitMs: pass a number`);
      if (!(waitMs >= 0)) throw new RangeError(`Cannot use ${waitMs} as waitMs: pass milliseconds, 0 or more`);
      await within(waitMs, Promise.all(drafts.map((draft) => draft.settled)));
      const all = drafts.slice();
      // Twice: what is called a secret in one exchange may occur in another one.
      for (const draft of all) draft.learn();
      return { version: 1, exchanges: all.map((draft) => draft.toExchange()) };
    },
  };
}
