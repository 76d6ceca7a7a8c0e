import { type GatewayReply, gatewayReply, type GatewayReplyName } from "./replies.ts";
import type { Passage } from "./passage.ts";

/** How long a request may take, in milliseconds; 0: as long as it likes. */
export interface Limits {
  /** While no byte moves. */
  readonly idleTimeoutMs: number;
  /** In all. */
  readonly routeTimeoutMs: number;
}

/** What the gateway has to do with one request that goes through. */
export interface Exchange extends Limits {
  readonly passage: Passage;
  /** Calls back when the sandbox goes away, until what is returned is called. */
  track(cut: () => void): () => void;
  /** The answer's head is on its way; `reply` where it is the gateway's own. */
  answered(status: number, reply?: GatewayReply): void;
}

/** What Envoy says when it got no answer. */
export function upstreamFailure(error: unknown): GatewayReply {
  const refused = (error as { code?: unknown } | undefined)?.code;
  const name: GatewayReplyName = refused === "ECONNREFUSED" || refused === "EADDRNOTAVAIL"
    ? "upstreamRefused"
    : "upstreamClosed";
  return gatewayReply(name);
}

/** Ends a request that takes too long. `moved` is told of every byte, `done` of the end. */
export function startTimers(
  limits: Limits,
  late: () => void,
): { readonly moved: () => void; readonly done: () => void } {
  const { idleTimeoutMs, routeTimeoutMs } = limits;
  const start = (ms: number) => ms === 0 ? undefined : setTimeout(late, ms);
  const whole = start(routeTimeoutMs);
  let idle = start(idleTimeoutMs);
  let over = false;
  return {
    moved() {
      clearTimeout(idle);
      if (!over) idle = start(idleTimeoutMs);
    },
    done() {
      over = true;
      clearTimeout(idle);
      clearTimeout(whole);
    },
  };
}
