/** What the OpenKruise gateway answers by itself, instead of passing a request on. Always `text/plain`. */
export interface GatewayReply {
  /** The HTTP status. */
  readonly status: number;
  /** The whole body. */
  readonly body: string;
}

/** The gateway's own answers, by what they mean. */
export type GatewayReplyName =
  | "gatewayNotReady"
  | "sandboxNotFound"
  | "sandboxNotRunning"
  | "unauthorized"
  | "forbidden"
  | "wrongSandbox"
  | "verifierNotReady"
  | "invalidPort"
  | "endpointInvalid"
  | "frontAddressInvalid"
  | "wakeFailed"
  | "wakePanic"
  | "noHealthyUpstream"
  | "upstreamRefused"
  | "upstreamClosed"
  | "upstreamTimeout";

/** What stands in an answer's place of `<id>` and `<port>`. */
export interface GatewayReplyValues {
  /**
   * The sandbox id that the request named.
   *
   * @default {"default--sandbox"}
   */
  sandboxId?: string | undefined;
  /**
   * The port that the request named.
   *
   * @default {0}
   */
  port?: number | undefined;
}

/**
 * The gateway's own answers, word for word; `<id>` and `<port>` stand for the request's.
 *
 * @example What it says of a sandbox that is paused
 * ```ts
 * import { GATEWAY_REPLIES } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(GATEWAY_REPLIES.sandboxNotRunning, { status: 502, body: "healthy sandbox not found: <id>" });
 * ```
 */
export const GATEWAY_REPLIES: Readonly<Record<GatewayReplyName, GatewayReply>> = {
  /** It is starting, or shutting down. */
  gatewayNotReady: { status: 503, body: "sandbox gateway is not ready" },
  /** It has no such id: never there, deleted, or the other form of the id. */
  sandboxNotFound: { status: 502, body: "sandbox not found: <id>" },
  /** The sandbox is there and does not run: paused, starting, dead. */
  sandboxNotRunning: { status: 502, body: "healthy sandbox not found: <id>" },
  /** It checks access tokens, and this one is wrong or missing. */
  unauthorized: { status: 401, body: "unauthorized: invalid or missing access token" },
  /** The sandbox demands a traffic token, and this one is wrong, expired or missing. */
  forbidden: { status: 403, body: "forbidden: invalid or missing traffic access token" },
  /** The traffic token is another sandbox's. */
  wrongSandbox: { status: 403, body: "forbidden: traffic access token does not match sandbox" },
  /** The sandbox demands a traffic token, and the gateway cannot check any. */
  verifierNotReady: { status: 503, body: "service unavailable: traffic access token verifier is not ready" },
  /** The port is none. Newer gateways. */
  invalidPort: { status: 400, body: "invalid sandbox port: <port>" },
  /** The sandbox's address for this port cannot be used. Newer gateways. */
  endpointInvalid: { status: 502, body: "sandbox endpoint is not addressable" },
  /** As above, for an address in front of the sandbox. Newer gateways. */
  frontAddressInvalid: { status: 502, body: "sandbox front address is invalid" },
  /** It tried to wake the sandbox up, in vain. Newer gateways. */
  wakeFailed: { status: 503, body: "sandbox wake failed" },
  /** It broke while it tried. Newer gateways. */
  wakePanic: { status: 500, body: "wake failed" },
  /** Envoy's own: the request names no sandbox. */
  noHealthyUpstream: { status: 503, body: "no healthy upstream" },
  /** Envoy's own: nothing listens on that port of the sandbox. */
  upstreamRefused: {
    status: 503,
    body:
      "upstream connect error or disconnect/reset before headers. reset reason: remote connection failure, transport failure reason: delayed connect error: Connection refused",
  },
  /** Envoy's own: the sandbox hung up before it answered. */
  upstreamClosed: {
    status: 503,
    body: "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
  },
  /** Envoy's own: the sandbox took too long. */
  upstreamTimeout: { status: 504, body: "upstream request timeout" },
};

/**
 * One of the gateway's own answers, with the request's values filled in.
 *
 * @param name What the gateway has to say.
 * @param values What the request named.
 * @returns Its status and text.
 * @throws {TypeError} When the name is none of {@linkcode GATEWAY_REPLIES}.
 *
 * @example To a request for a sandbox that is paused
 * ```ts
 * import { gatewayReply } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { status, body } = gatewayReply("sandboxNotRunning", { sandboxId: "default--mine" });
 * assertEquals([status, body], [502, "healthy sandbox not found: default--mine"]);
 * ```
 */
export function gatewayReply(name: GatewayReplyName, values: GatewayReplyValues = {}): GatewayReply {
  if (!Object.hasOwn(GATEWAY_REPLIES, name)) {
    throw new TypeError(`Cannot answer ${JSON.stringify(name)}: pass a name of GATEWAY_REPLIES`);
  }
  const { status, body } = GATEWAY_REPLIES[name];
  const { sandboxId = "default--sandbox", port = 0 } = values;
  return { status, body: body.replace("<id>", () => sandboxId).replace("<port>", () => String(port)) };
}
