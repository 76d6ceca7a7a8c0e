import { SandboxError } from "../../../mod.ts";
import type { Exchange, Moment, RecordedResponse } from "./cassette.ts";
import { bytesOf, type ByteString, fromData } from "./cassette_data.ts";
import { errorFromJson } from "./cassette_errors.ts";
import { type Name, type Names, replaced } from "./cassette_names.ts";
import { now, type Order, pause } from "./replay_order.ts";

/** How answers are given. */
export interface Pace {
  /** How many times as fast as they were recorded; Infinity: without waiting. */
  readonly speed: number;
  /** How long, beyond the time it took in the recording, something is waited for that does not come. */
  readonly patienceMs: number;
}

/** What an answer needs of the replay as a whole. */
export interface Surroundings extends Pace {
  readonly order: Order;
  readonly names: Names;
  /** What a recorded name is called in this run. */
  nameNow(recorded: string): string | undefined;
}

/** One exchange being given again. */
export class Playback {
  readonly #exchange: Exchange;
  readonly #index: number;
  readonly #around: Surroundings;
  readonly #over = new AbortController();
  /** Whether the order is kept: one request that never came is enough. */
  #ordered = true;

  /** Ends at once when the signal of the request does. */
  constructor(exchange: Exchange, index: number, around: Surroundings, signal: AbortSignal | undefined) {
    this.#exchange = exchange;
    this.#index = index;
    this.#around = around;
    if (signal !== undefined) this.#endWith(signal);
  }

  /** The answer, when its time has come. */
  async answer(url: string): Promise<Response> {
    const { response, error, left } = this.#exchange;
    const started = now();
    // As from a network: never in the turn that asks.
    await pause(0, this.#over.signal);
    try {
      if (error !== undefined) {
        await this.#until(error, started);
        throw errorFromJson(error);
      }
      if (left !== undefined) await this.#untilLeft(left, started);
      await this.#until(response!, started);
    } catch (error) {
      this.#end();
      throw error;
    }
    return this.#toResponse(response!, url);
  }

  #toResponse(recorded: RecordedResponse, url: string): Response {
    const { status, statusText = "", type, body, headers } = recorded;
    const stream = body === undefined ? null : this.#bodyOf(recorded);
    if (stream === null) this.#end();
    const possible = status >= 200 && status <= 599;
    const response = new Response(possible ? stream : null, {
      status: possible ? status : 200,
      statusText,
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, this.#namesNow(value)]),
    });
    const ok = status >= 200 && status <= 299;
    for (const [name, value] of Object.entries({ url, status, ok, ...(type !== undefined && { type }) })) {
      Object.defineProperty(response, name, { value, configurable: true });
    }
    return response;
  }

  #bodyOf({ body: chunks = [], end }: RecordedResponse): ReadableStream<Uint8Array<ArrayBuffer>> {
    const started = now();
    const parts = chunks.map(({ data }) => fromData(data));
    const names = this.#around.names.in(parts.join(""));
    const { signal } = this.#over;
    let next = 0;
    let at = 0;
    const give = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) => {
      const chunk = chunks[next];
      if (chunk !== undefined) {
        await this.#until(chunk, started);
        const part = parts[next++]!;
        at += part.length;
        return controller.enqueue(bytesOf(this.#partNow(part, at - part.length, names)));
      }
      if (end?.left) return await this.#untilLeft(end, started);
      if (end !== undefined) await this.#until(end, started);
      this.#end();
      if (end?.error !== undefined) throw errorFromJson(end.error);
      controller.close();
    };
    return new ReadableStream({
      start: (controller) => signal.addEventListener("abort", () => controller.error(signal.reason), { once: true }),
      pull: async (controller) => {
        try {
          await give(controller);
        } catch (error) {
          if (signal.aborted) return;
          this.#end();
          throw error;
        }
      },
      cancel: () => this.#over.abort(),
    }, { highWaterMark: 0 });
  }

  /** Waits for the time, and for the requests that had been sent by then. */
  async #until({ ms, sent = 0 }: Moment, since: number): Promise<void> {
    const { speed, order } = this.#around;
    const { signal } = this.#over;
    const due = since + ms / speed - now();
    if (due > 0) await pause(due, signal);
    if (sent === 0 || !this.#ordered) return;
    const longest = this.#longest(ms, since);
    this.#ordered = await order.wait(this.#index, this.#index + sent, longest, signal);
  }

  /** How long something is waited for: the program may take the time that it took, also where answers come faster. */
  #longest(ms: number, since: number): number {
    const { speed, patienceMs } = this.#around;
    return Math.max(0, since + Math.max(ms, ms / speed) + patienceMs - now());
  }

  /** Waits for the caller to go away, as in the recording. */
  async #untilLeft({ ms }: Moment, since: number): Promise<never> {
    await pause(this.#longest(ms, since), this.#over.signal);
    const { method, path } = this.#exchange.request;
    throw new SandboxError(`Cannot go on replaying ${method} ${path}: in the recording its caller went away here`, {
      code: "unknown",
      hint: "Record the cassette anew, or take it down only once everything has ended",
    });
  }

  /** A part of a body with the names of this run, which may be cut by its ends. */
  #partNow(part: ByteString, offset: number, names: readonly Name[]): ByteString {
    let renamed = part;
    for (const { start, value } of names) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(start - offset + value.length, part.length);
      if (from >= to) continue;
      const piece = this.#nameNow(value).slice(from - (start - offset), to - (start - offset));
      renamed = renamed.slice(0, from) + piece + renamed.slice(to);
    }
    return renamed;
  }

  #namesNow(text: string): string {
    return replaced(text, this.#around.names.in(text), ({ value }) => this.#nameNow(value));
  }

  #nameNow(value: string): string {
    const other = this.#around.nameNow(value);
    return other?.length === value.length ? other : value;
  }

  #endWith(signal: AbortSignal): void {
    const onAbort = () => this.#over.abort(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#end = () => signal.removeEventListener("abort", onAbort);
    this.#over.signal.addEventListener("abort", () => this.#end(), { once: true });
  }

  /** Nothing more comes: the caller's signal is let go. */
  #end: () => void = () => {};
}
