import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { GatewayAnswer } from "./fake_gateway_options.ts";
import type { Admission, Asked } from "./admission.ts";
import type { Exchange } from "./exchange.ts";
import type { Rules } from "./options.ts";
import type { Passage } from "./passage.ts";
import { answer, relay } from "./relay.ts";
import { answerRaw, relayUpgrade } from "./relay_upgrade.ts";
import type { Routes } from "./routes.ts";
import type { Doorkeeper } from "./server.ts";

/** Takes each request to its sandbox, or says why not. */
export class GatewayDoor implements Doorkeeper {
  readonly #rules: Rules;
  readonly #routes: Routes;
  readonly #admission: Admission;
  readonly #onAnswer: ((answer: GatewayAnswer) => void) | undefined;

  constructor(
    rules: Rules,
    routes: Routes,
    admission: Admission,
    onAnswer: ((answer: GatewayAnswer) => void) | undefined,
  ) {
    this.#rules = rules;
    this.#routes = routes;
    this.#admission = admission;
    this.#onAnswer = onAnswer;
  }

  async request(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const gone = new AbortController();
    outgoing.once("close", () => gone.abort());
    // Without a listener it would end this process. The side of the answer is closed, too.
    incoming.on("error", () => {});
    const verdict = await this.#admission.decide(asked(incoming), gone.signal);
    if (outgoing.destroyed) return;
    if ("passage" in verdict) return relay(incoming, outgoing, this.#exchange(incoming, verdict.passage));
    incoming.resume();
    answer(outgoing, verdict.reply, { answered: this.#teller(incoming) });
  }

  async upgrade(incoming: IncomingMessage, socket: Duplex, head: Uint8Array): Promise<void> {
    const gone = new AbortController();
    socket.once("close", () => gone.abort());
    socket.on("error", () => {});
    const answered = this.#teller(incoming);
    if (incoming.headers.upgrade?.toLowerCase() !== "websocket") {
      return answerRaw(socket, { status: 403, body: "" }, { answered });
    }
    const verdict = await this.#admission.decide(asked(incoming), gone.signal);
    if (socket.destroyed) return;
    if ("reply" in verdict) return answerRaw(socket, verdict.reply, { answered });
    relayUpgrade(incoming, socket, head, this.#exchange(incoming, verdict.passage));
  }

  #exchange(incoming: IncomingMessage, passage: Passage): Exchange {
    const { idleTimeoutMs, routeTimeoutMs } = this.#rules;
    return {
      passage,
      idleTimeoutMs,
      routeTimeoutMs,
      track: (cut) => this.#routes.track(passage.sandboxId, cut),
      answered: this.#teller(incoming, passage),
    };
  }

  #teller({ method = "GET", url = "/" }: IncomingMessage, passage?: Passage): Exchange["answered"] {
    return (status, reply) => {
      try {
        const told: unknown = this.#onAnswer?.({
          method,
          path: url,
          status,
          ...(passage !== undefined && { sandboxId: passage.sandboxId }),
          ...(reply !== undefined && { reply: reply.body }),
        });
        Promise.resolve(told).catch(() => {});
      } catch {
        // Theirs: it must not break the exchange.
      }
    };
  }
}

function asked({ url = "/", headers }: IncomingMessage): Asked {
  return {
    path: url,
    host: headers.host,
    sandboxId: one(headers["e2b-sandbox-id"]),
    sandboxPort: one(headers["e2b-sandbox-port"]),
    accessToken: one(headers["x-access-token"]),
    trafficToken: one(headers["e2b-traffic-access-token"]),
  };
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(", ") : value;
}
