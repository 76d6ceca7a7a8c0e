import type { Fetch } from "../../../mod.ts";
import type { Cassette, CassetteOptions } from "./cassette.ts";
import { RequestBody } from "./cassette_body.ts";
import { MARK } from "./cassette_canonical.ts";
import { checkCassette } from "./cassette_check.ts";
import { lookFor } from "./cassette_options.ts";
import { type Asked, readRequest } from "./cassette_request.ts";
import { Playback } from "./replay_answer.ts";
import { type Entry, entryOf, likenessOf } from "./replay_entry.ts";
import { Matcher } from "./replay_match.ts";
import { Order } from "./replay_order.ts";
import { readSource } from "./replay_source.ts";

/** How `replay` answers. */
export interface ReplayOptions extends CassetteOptions {
  /**
   * How fast answers come: 1 as they were recorded, 10 in a tenth of the time, Infinity without waiting. The order is
   * the recorded one in any case.
   *
   * @default {Infinity}
   */
  speed?: number | undefined;
  /**
   * How long something is waited for that had happened in the recording and does not happen now, in milliseconds beyond
   * the time it took there: a request that had been sent before the next part of an answer came, or the caller going
   * away in the middle of an answer.
   *
   * @default {5_000}
   */
  patienceMs?: number | undefined;
}

/** A `fetch` that knows what it was not asked for. */
export interface Replay extends Fetch {
  /**
   * The exchanges that no request was answered with, in recorded order. A test that wants all of a recording to happen
   * checks that there are none.
   *
   * @returns What they are.
   *
   * @example An empty cassette has none
   * ```ts
   * import { replay } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(replay({ version: 1, exchanges: [] }).unused(), []);
   * ```
   */
  unused(): UnusedExchange[];
}

/** An exchange that no request was answered with. */
export interface UnusedExchange {
  /** Its place in the cassette, from 0. */
  readonly index: number;
  /** The method of its request. */
  readonly method: string;
  /** The path of its request, with the query. */
  readonly path: string;
}

/**
 * Answers requests from a cassette that {@linkcode record} made. It uses web APIs alone, no network and no sandbox.
 *
 * A request is answered by the first unused exchange of the same method, path and query, port, account, range, type and
 * body. Equal requests get their answers in recorded order. The host, the sandbox's id, tokens, and names that are made
 * anew in each run (UUIDs, and what `names` says) may differ: where a name is another one now, answers have it in place
 * of the recorded one. Whatever came after a certain request was sent, comes only after that request again; so a
 * command ends by the kill that ended it, although nothing takes time. A connection that broke breaks again, and an
 * answer that its caller left goes on to where it was left.
 *
 * A request that is not in the cassette rejects with a `SandboxError` of code `unknown`, which a client passes on as it
 * is; it says what comes nearest.
 *
 * What a body was that the recording did not see to its end is not known: a stream is answered by such an exchange when
 * it is the first unused one that fits otherwise, and any other body when there is none with the same body.
 *
 * @param cassette The cassette: what `record` gave, or its JSON.
 * @param options The pace, and the secrets and names that `record` was told.
 * @returns A `fetch`, to be given to a client. Each replay starts with all exchanges unused.
 * @throws {TypeError} When the cassette is malformed; it says where. Or when an option is of the wrong type.
 * @throws {RangeError} When a number is out of range.
 *
 * @example An agent's command, without a sandbox
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { type Cassette, record, replay } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * async function agent(sandbox: RuntimeClient): Promise<string> {
 *   return (await sandbox.commands.run("echo hello")).stdout;
 * }
 *
 * async function recorded(): Promise<Cassette> {
 *   await using runtime = await startLocalRuntime();
 *   const recorder = record(fetch);
 *   await agent(new RuntimeClient({ ...runtime.clientOptions(), fetch: recorder.fetch }));
 *   return await recorder.cassette();
 * }
 *
 * const answers = replay(await recorded());
 * assertEquals(await agent(new RuntimeClient({ sandboxBaseUrl: "http://nowhere.test", fetch: answers })), "hello\n");
 * assertEquals(answers.unused(), []);
 * ```
 */
export function replay(
  cassette: Cassette | { readonly version: number; readonly exchanges: readonly unknown[] },
  options: ReplayOptions = {},
): Replay {
  const { speed = Infinity, patienceMs = 5_000 } = options;
  checkNumber("speed", speed, speed > 0, "pass a number above 0");
  checkNumber("patienceMs", patienceMs, patienceMs >= 0, "pass milliseconds, 0 or more");
  const { secrets, names } = lookFor(options);
  const entries = checkCassette(cassette).map((exchange, index) => entryOf(exchange, index, names));
  for (const { exchange: { response } } of entries) if (response !== undefined) secrets.learnMasked(response);
  const matcher = new Matcher(entries);
  const order = new Order(entries.length);
  const around = { speed, patienceMs, order, names, nameNow: (recorded: string) => matcher.nameNow(recorded) };

  /** Finds the exchange of a body that is all there before it returns, so that calls keep their order. */
  function find({ head, contentType }: Asked, body: RequestBody): Entry {
    let sent = body.end();
    if (typeof sent === "string") {
      secrets.learn(sent, contentType);
      sent = secrets.body(sent, contentType, MARK);
    }
    return matcher.find(likenessOf(head, sent, names), head.sandbox);
  }

  async function findLater(asked: Asked, text: Promise<string> | ReadableStream<Uint8Array>): Promise<Entry> {
    const body = new RequestBody(secrets, names.forType(asked.contentType), asked.contentType);
    if (text instanceof Promise) body.push(await text);
    else await readSource(text, (bytes) => body.push(bytes), asked.signal);
    asked.signal?.throwIfAborted();
    return find(asked, body);
  }

  /** A stream that was not sent to its end, because its sender left or the answer came before. */
  function findCut({ head }: Asked): Entry | undefined {
    const likeness = likenessOf(head, undefined, names);
    const first = matcher.first(likeness.head, head.sandbox);
    if (first === undefined || first.likeness.body !== undefined) return undefined;
    matcher.take(first, likeness.names, head.sandbox);
    return first;
  }

  async function answer(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const asked = readRequest(input, init, secrets);
    const { body, signal, url } = asked;
    signal?.throwIfAborted();
    if (body instanceof Promise) return await play(await findLater(asked, body), url, signal);
    if (!(body instanceof ReadableStream)) {
      const whole = new RequestBody(secrets, names.forType(asked.contentType), asked.contentType);
      whole.push(body ?? "");
      return await play(find(asked, whole), url, signal);
    }
    const cut = findCut(asked);
    if (cut === undefined) return await play(await findLater(asked, body), url, signal);
    const stop = new AbortController();
    void readSource(body, () => {}, stop.signal).catch(() => {});
    return await play(cut, url, signal).finally(() => stop.abort(signal?.reason));
  }

  async function play({ exchange, index }: Entry, url: URL, signal: AbortSignal | undefined): Promise<Response> {
    order.send(index);
    return await new Playback(exchange, index, around, signal).answer(url.href);
  }

  return Object.assign(answer, {
    unused: () => matcher.unused.map(({ index, exchange: { request: { method, path } } }) => ({ index, method, path })),
  });
}

function checkNumber(name: string, value: unknown, fits: boolean, wanted: string): void {
  if (typeof value !== "number") throw new TypeError(`Cannot use a ${typeof value} as ${name}: pass a number`);
  if (!fits) throw new RangeError(`Cannot use ${value} as ${name}: ${wanted}`);
}
