import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { Delivery, type Ending } from "./fault_delivery.ts";
import { Loss } from "./fault_loss.ts";
import { contentMark, type Mark } from "./fault_marks.ts";
import type { FaultPlan } from "./fault_plan.ts";
import { type Head, MessageReader, type Part, requestFraming, responseFraming } from "./http_framing.ts";
import { pause } from "./pause.ts";
import { destroyed, written } from "./sockets.ts";

/** Where requests go. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** A request that a plan was taken for. */
export interface Planned {
  readonly plan: FaultPlan;
  /** Tells that the plan has changed something. */
  readonly strike: () => void;
}

/** A request and its answer. */
interface Exchange extends Planned {
  readonly method: string;
  readonly delivery: Delivery;
  readonly requestEnd: Mark | undefined;
  readonly loss: Loss | undefined;
}

/** One connection of a client, and the one to the target that its requests go on over. */
export class FaultConnection {
  readonly #client: Socket;
  readonly #target: Target;
  readonly #planFor: (request: string) => Planned;
  readonly #closing = new AbortController();
  readonly #requests = new MessageReader(requestFraming);
  readonly #answers = new MessageReader((head) => this.#answerFraming(head));
  /** Those whose answer is not over; the first is answered next. */
  readonly #exchanges: Exchange[] = [];
  /** The one whose request comes in; undefined: it goes nowhere. */
  #incoming: Exchange | undefined;
  #upstream: Socket | undefined;
  #over = false;

  /** `planFor` is told of each request: its method and path. */
  constructor(client: Socket, target: Target, planFor: (request: string) => Planned) {
    this.#client = client;
    this.#target = target;
    this.#planFor = planFor;
    client.setNoDelay(true);
    client.on("error", () => {});
    // Also while nothing is read of it.
    client.on("close", () => void this.close());
  }

  /** Serves it to its end. */
  async serve(): Promise<void> {
    try {
      for await (const chunk of this.#client) await this.#takeRequest(chunk);
    } catch {
      // It was cut off, or is no HTTP.
    } finally {
      await this.close();
    }
  }

  /** Closes it in order where it stands between two requests. */
  closeIfIdle(): boolean {
    const idle = this.#requests.isIdle && this.#exchanges.length === 0 && !this.#over;
    if (idle) this.#finish("close");
    return idle;
  }

  /** Closes both sides, and ends the pauses. */
  async close(): Promise<void> {
    this.#over = true;
    this.#closing.abort();
    await Promise.all([destroyed(this.#client), this.#upstream && destroyed(this.#upstream)]);
  }

  async #takeRequest(chunk: Uint8Array): Promise<void> {
    // What comes behind the end is read, so that the end is orderly, and goes nowhere.
    if (this.#over) return;
    for (const part of this.#requests.push(chunk)) {
      if (part.head !== undefined) this.#incoming = await this.#begin(part.head);
      await this.#passRequest(part);
    }
  }

  /** A request has come: plans its fate. */
  async #begin({ startLine }: Head): Promise<Exchange | undefined> {
    const request = startLine.replace(/ HTTP\/1\.\d$/, "");
    const planned = this.#planFor(request);
    const { plan, strike } = planned;
    const exchange: Exchange = {
      ...planned,
      method: request.split(" ", 1)[0]!,
      delivery: new Delivery(this.#client, plan, this.#closing.signal, strike),
      requestEnd: plan.cutRequestAfterBytes === undefined ? undefined : contentMark(plan.cutRequestAfterBytes),
      loss: plan.loseResponse ? new Loss() : undefined,
    };
    if (plan.loseRequest) {
      strike();
      await this.#pause(plan);
      this.#finish("close");
      return undefined;
    }
    this.#exchanges.push(exchange);
    if (plan.reply !== undefined) {
      strike();
      void this.#reply(exchange, plan.reply).catch(() => this.close());
      return undefined;
    }
    this.#upstream ??= await this.#connect();
    return exchange;
  }

  async #passRequest(part: Part): Promise<void> {
    const exchange = this.#incoming;
    if (exchange === undefined) return;
    const { requestEnd, strike, loss } = exchange;
    const end = requestEnd?.find(part);
    try {
      await written(this.#upstream!, part.bytes.subarray(0, end));
    } catch (error) {
      if (loss?.isAnswered) await this.#lose(exchange);
      // What still comes is read, so that the end is orderly.
      if (this.#over) return;
      throw error;
    }
    loss?.request(part);
    if (loss?.isDue) await this.#lose(exchange);
    if (end === undefined) return;
    strike();
    this.#incoming = undefined;
    this.#finish("close");
  }

  /** Rejects where the target cannot be reached. */
  async #connect(): Promise<Socket> {
    const upstream = connect(this.#target);
    upstream.on("error", () => {});
    const stop = () => upstream.destroy();
    this.#closing.signal.addEventListener("abort", stop);
    await once(upstream, "connect", { signal: this.#closing.signal });
    upstream.setNoDelay(true);
    void this.#readAnswers(upstream);
    return upstream;
  }

  async #readAnswers(upstream: Socket): Promise<void> {
    let ending: Ending = "close";
    try {
      for await (const chunk of upstream) {
        for (const part of this.#answers.push(chunk)) {
          // Behind its end, what still comes is thrown away.
          if (!this.#over) await this.#passAnswer(part);
        }
      }
    } catch {
      // The target broke off, or its answer is no HTTP; or this side did.
      ending = "reset";
    }
    const [exchange] = this.#exchanges;
    // The target has answered, and wants no more.
    if (exchange?.loss?.isAnswered) return await this.#lose(exchange).catch(() => {});
    this.#finish(ending);
  }

  async #passAnswer(part: Part): Promise<void> {
    const exchange = this.#exchanges[0]!;
    const { delivery, loss } = exchange;
    if (loss?.answer(part)) return await written(this.#client, part.bytes);
    if (loss !== undefined) return loss.isDue ? await this.#lose(exchange) : undefined;
    const ending = await delivery.pass(part);
    if (part.last) this.#exchanges.shift();
    if (ending !== "open") this.#finish(ending);
  }

  /** Ends it in the answer's stead. */
  async #lose({ plan, strike }: Exchange): Promise<void> {
    if (this.#over) return;
    strike();
    await this.#pause(plan);
    this.#finish("close");
  }

  #answerFraming(head: Head): ReturnType<typeof responseFraming> {
    const exchange = this.#exchanges[0];
    if (exchange === undefined) throw new Error("an answer came that nobody asked for");
    const framing = responseFraming(head, exchange.method);
    if (/^\S+ 101/.test(head.startLine)) this.#requests.open();
    return framing;
  }

  /** Answers in the target's stead. */
  async #reply(exchange: Exchange, reply: NonNullable<FaultPlan["reply"]>): Promise<void> {
    const { status, body, contentType = "text/plain" } = reply;
    const encoder = new TextEncoder();
    const content = encoder.encode(body);
    const lines = status === 204 || status === 304
      ? []
      : [`content-type: ${contentType}`, `content-length: ${content.byteLength}`];
    const head = encoder.encode(
      [`HTTP/1.1 ${status} `, `date: ${new Date().toUTCString()}`, ...lines].join("\r\n") + "\r\n\r\n",
    );
    const reader = new MessageReader((head) => responseFraming(head, exchange.method));
    const hasContent = exchange.method !== "HEAD" && content.byteLength > 0;
    for (const bytes of hasContent ? [head, content] : [head]) {
      for (const part of reader.push(bytes)) {
        const ending = await exchange.delivery.pass(part);
        if (part.last) this.#exchanges.splice(this.#exchanges.indexOf(exchange), 1);
        if (ending !== "open") return this.#finish(ending);
      }
    }
  }

  async #pause({ stallMs = 0 }: FaultPlan): Promise<void> {
    await pause(stallMs, this.#closing.signal);
  }

  /** Ends it for the client; the target is told that nobody listens any more. */
  #finish(ending: Ending): void {
    if (this.#over) return;
    this.#over = true;
    this.#upstream?.destroy();
    if (ending === "reset") this.#client.resetAndDestroy();
    else this.#client.end();
  }
}
