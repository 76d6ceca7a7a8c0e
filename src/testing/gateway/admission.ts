import { gatewayReply, type GatewayReplyName } from "./replies.ts";
import { legacyVerdict } from "./legacy.ts";
import type { Rules } from "./options.ts";
import { passage, type Verdict } from "./passage.ts";
import type { Route, Routes } from "./routes.ts";
import { type Routed, targetOf } from "./target.ts";
import type { TrafficTokens } from "./traffic_tokens.ts";
import { within } from "../within.ts";

const TRAFFIC_HEADER = "e2b-traffic-access-token";

/** What the gateway looks at of a request. */
export interface Asked extends Routed {
  /** `X-Access-Token`. */
  readonly accessToken: string | undefined;
  /** `e2b-traffic-access-token`. */
  readonly trafficToken: string | undefined;
}

/** A refusal, or what to take out of the request's headers. */
type Checked = GatewayReplyName | { readonly takenOut: readonly string[] };

/** Decides what becomes of a request, in the order of the real gateway. */
export class Admission {
  /** Whether the gateway knows its sandboxes yet. */
  ready: boolean;
  readonly #rules: Rules;
  readonly #routes: Routes;
  readonly #tokens: TrafficTokens;

  constructor(rules: Rules, routes: Routes, tokens: TrafficTokens) {
    this.ready = rules.ready;
    this.#rules = rules;
    this.#routes = routes;
    this.#tokens = tokens;
  }

  /** What becomes of a request. `signal` ends the wait for a sandbox that wakes up. */
  async decide(asked: Asked, signal: AbortSignal): Promise<Verdict> {
    if (this.#rules.revision === "legacy") return legacyVerdict(asked, this.#routes);
    const target = targetOf(asked);
    // The filter lets pass what it cannot read, and Envoy then knows no host for it.
    if (target === undefined) return { reply: gatewayReply("noHealthyUpstream") };
    const { sandboxId, port } = target;
    const refuse = (name: GatewayReplyName) => ({ reply: gatewayReply(name, { sandboxId, port }) });
    const later = this.#rules.revision === "later";
    if (later && (port < 1 || port > 65535)) return refuse("invalidPort");
    if (!this.ready) return refuse("gatewayNotReady");
    const route = this.#routes.get(sandboxId);
    if (route === undefined) return refuse("sandboxNotFound");
    if (!later && route.state !== "running") return refuse("sandboxNotRunning");
    const checked = await this.#authenticate(route, asked);
    if (typeof checked === "string") return refuse(checked);
    if (route.state === "running") return passage(route, target, checked.takenOut);
    const awake = await this.#wake(route, signal);
    return typeof awake === "string" ? refuse(awake) : passage(awake, target, checked.takenOut);
  }

  async #authenticate(route: Route, { accessToken, trafficToken }: Asked): Promise<Checked> {
    const { enableAuth, enableJwtAuth, revision } = this.#rules;
    if (route.trafficAuth) {
      if (!enableJwtAuth) return "verifierNotReady";
      const subject = await this.#tokens.verify(trafficToken);
      if (subject === undefined) return "forbidden";
      const fits = subject.sandboxId === route.sandboxId && subject.uid === route.uid;
      return fits ? { takenOut: [TRAFFIC_HEADER] } : "wrongSandbox";
    }
    // At first, a gateway that verifies traffic tokens left all other sandboxes open.
    const checks = enableAuth && (revision === "later" || !enableJwtAuth);
    if (checks && route.token !== undefined && accessToken !== route.token) return "unauthorized";
    return { takenOut: enableJwtAuth ? [TRAFFIC_HEADER] : [] };
  }

  /** The sandbox as it is once awake. */
  async #wake(route: Route, signal: AbortSignal): Promise<Route | GatewayReplyName> {
    if (route.state !== "paused" || route.wake === undefined) return "sandboxNotRunning";
    try {
      if (!await within(this.#rules.wakeTimeoutMs || Infinity, this.#routes.wake(route), signal)) return "wakeFailed";
    } catch {
      return "wakeFailed";
    }
    const awake = this.#routes.get(route.sandboxId);
    return awake?.state === "running" ? awake : "sandboxNotRunning";
  }
}
