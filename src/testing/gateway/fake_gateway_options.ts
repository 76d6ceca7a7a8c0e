import type { SandboxState } from "../../../mod.ts";

/** How to set up a {@linkcode FakeGateway}. */
export interface FakeGatewayOptions {
  /**
   * The port on 127.0.0.1.
   *
   * @default {0} any free one
   */
  port?: number | undefined;
  /**
   * Which of the real ones to behave like. `"2026-08"` is `openkruise/agents` as of August 2026. The `"later"` one
   * refuses what is no port, checks tokens before it looks whether the sandbox runs, checks `X-Access-Token` also
   * where traffic tokens are verified, and can wake sandboxes up. `"legacy"` is the proxy in the manager's pod, which
   * came before: it checks no token, has other words, and ends every request after 400 s.
   *
   * @default {"2026-08"}
   */
  revision?: "2026-08" | "later" | "legacy" | undefined;
  /**
   * Whether `X-Access-Token` must be the sandbox's, where {@linkcode FakeRouteOptions.token} says what that is.
   *
   * @default {true} false for "legacy"
   */
  enableAuth?: boolean | undefined;
  /**
   * Whether traffic tokens are verified, for sandboxes with {@linkcode FakeRouteOptions.trafficAuth}. In `"2026-08"`
   * it takes `enableAuth`, and leaves all other sandboxes open.
   *
   * @default {false}
   */
  enableJwtAuth?: boolean | undefined;
  /**
   * Whether it is ready from the start. See {@linkcode FakeGateway.setReady}.
   *
   * @default {true}
   */
  ready?: boolean | undefined;
  /**
   * A certificate and its private key, both in PEM: the gateway then speaks HTTPS, and `domain` takes the client
   * option `scheme: "https"`.
   *
   * @default {none}
   */
  tls?: { readonly cert: string; readonly key: string } | undefined;
  /**
   * How long a request may go on while no byte moves, in milliseconds. 0: as long as it likes.
   *
   * @default {600_000}
   */
  idleTimeoutMs?: number | undefined;
  /**
   * How long a request may take in all, in milliseconds. 0: as long as it likes.
   *
   * @default {0} 400_000 for "legacy"
   */
  routeTimeoutMs?: number | undefined;
  /**
   * How long a request waits for a sandbox that wakes up, in milliseconds. 0: as long as it takes. Only the `"later"`
   * gateway wakes sandboxes.
   *
   * @default {60_000}
   */
  wakeTimeoutMs?: number | undefined;
  /** Called when the head of an answer goes out. What it throws, or rejects with, is ignored. */
  onAnswer?: ((answer: GatewayAnswer) => void) | undefined;
}

/** What a {@linkcode FakeGateway} answered. */
export interface GatewayAnswer {
  /** The request's method. */
  readonly method: string;
  /** The request's path and query, as they came. */
  readonly path: string;
  /** The sandbox that the request went on to; absent where it went to none. */
  readonly sandboxId?: string;
  /** The HTTP status. */
  readonly status: number;
  /** The text of the gateway's own answer; absent where the sandbox answered. */
  readonly reply?: string;
}

/** What a {@linkcode FakeGateway} is to know of a sandbox. */
export interface FakeRouteOptions {
  /**
   * Only a running sandbox is reached.
   *
   * @default {"running"}
   */
  state?: SandboxState | undefined;
  /**
   * What `X-Access-Token` must be: the runtime token of the sandbox's object. It goes on to the sandbox in any case.
   *
   * @default {none: the gateway lets every request through, and the runtime checks}
   */
  token?: string | undefined;
  /**
   * Whether only a traffic token opens it: the annotation `security.agents.kruise.io/enable-jwt-auth`. A gateway
   * without `enableJwtAuth` then answers that its verifier is not ready.
   *
   * @default {false}
   */
  trafficAuth?: boolean | undefined;
  /**
   * The UID of the sandbox's object, which traffic tokens name.
   *
   * @default {the one it had before, or a new one}
   */
  uid?: string | undefined;
  /**
   * Makes a request to the paused sandbox wait while this brings it back, which includes to `route` it again as
   * running. Requests that come meanwhile wait, too. Only the `"later"` gateway wakes sandboxes.
   *
   * @default {none}
   */
  wake?: (() => void | Promise<void>) | undefined;
}

/** What a traffic token of a {@linkcode FakeGateway} is to say. */
export interface TrafficTokenOptions {
  /**
   * The UID of the sandbox's object.
   *
   * @default {that of the sandbox as it is routed}
   */
  uid?: string | undefined;
  /**
   * When it expires. The gateway allows for clocks that differ by a minute.
   *
   * @default {in an hour}
   */
  expiresAt?: Date | undefined;
}
