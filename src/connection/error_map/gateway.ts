import type { Meaning } from "./failure.ts";
import { HINTS } from "./hints.ts";

/** One local reply of the gateway: its status and the beginning of its text. */
interface Reply extends Meaning {
  readonly status: number;
  readonly text: RegExp;
}

const TRAFFIC_HINT = "Pass the traffic token of this very sandbox as trafficToken";

/**
 * What the OpenKruise gateway answers by itself, in `text/plain`, and the proxy in the manager's pod before it.
 * The order matters: the first row that fits wins.
 */
const REPLIES: readonly Reply[] = [
  {
    status: 503,
    text: /sandbox gateway is not ready/,
    code: "gateway_not_ready",
    retryable: true,
    nothingRan: true,
    hint: "The gateway is starting or shutting down: try again in a moment",
  },
  {
    status: 502,
    text: /healthy sandbox (\S+ )?not found/,
    code: "sandbox_not_running",
    hint: "It is paused, starting or dead: resume it, or wait until it is ready",
  },
  {
    status: 502,
    text: /sandbox not found/,
    code: "sandbox_not_found",
    hint: "Check the sandbox id: the label agents.kruise.io/sandbox-id, else <namespace>--<name>",
  },
  { status: 401, text: /unauthorized/, code: "unauthenticated", hint: HINTS.token },
  { status: 403, text: /forbidden/, code: "forbidden", hint: TRAFFIC_HINT },
  {
    status: 503,
    text: /traffic access token verifier is not ready/,
    code: "network",
    retryable: true,
    hint: "The sandbox demands traffic tokens, and the gateway cannot verify them yet, or never: see its configuration",
  },
  { status: 400, text: /invalid sandbox port/, code: "invalid_argument", hint: "Pass a port from 1 to 65535" },
  { status: 500, text: /wake failed|failed to map request/, code: "internal" },
];

const PORT_HINT = "Nothing may listen on that port of the sandbox yet, or its daemon died";

/** What a status means that a gateway or proxy answered in its own words. */
export function gatewayReply(status: number, text: string): Meaning {
  const reply = REPLIES.find((row) => row.status === status && row.text.test(text));
  if (reply !== undefined) return reply;
  switch (status) {
    case 400:
      return { code: "invalid_argument" };
    case 401:
      return { code: "unauthenticated", hint: HINTS.token };
    case 403:
      return { code: "forbidden", hint: TRAFFIC_HINT };
    case 429:
      return { code: "rate_limited", retryable: true };
    case 502:
    case 503:
    case 504:
      return { code: "network", retryable: true, hint: PORT_HINT };
    case 404:
    case 405:
    case 415:
    case 501:
      return { code: "unsupported", hint: "This daemon does not have the call: it may be older, or no envd at all" };
    case 408:
      return { code: "network", retryable: true };
    case 412:
    case 416:
      return { code: "invalid_argument" };
    case 413:
      return { code: "invalid_argument", hint: "A proxy on the way limits the size of requests" };
    default:
      return status >= 500 ? { code: "internal" } : { code: "protocol" };
  }
}

/** All that the gateway says by itself, whole: a server in the sandbox may answer with any status, and in like words. */
const OWN_WORDS: Readonly<Record<number, RegExp>> = {
  400: /^(API Error: invalid sandbox port|invalid sandbox port: -?\d+)$/,
  401: /^unauthorized: invalid or missing access token$/,
  403: /^forbidden: (invalid or missing traffic access token|traffic access token does not match sandbox)$/,
  500: /^(wake failed|API Error: failed to map request .*)$/,
  502:
    /^((healthy )?sandbox not found: (?<id>.*)|API Error: healthy sandbox (?<legacyId>.*) not found|sandbox endpoint is not addressable|sandbox front address is invalid)$/,
  503:
    /^(sandbox gateway is not ready|service unavailable: traffic access token verifier is not ready|sandbox wake failed|no healthy upstream|upstream connect error or disconnect\/reset before headers\..*)$/,
  504: /^upstream request timeout$/,
};

/** The most that the gateway says by itself, in bytes. */
const OWN_WORDS_BYTES = 1_000;

/** Whether an answer may be the gateway's own, by its head: that is worth a look at the body. */
export function mayBeGateways(status: number, headers: Headers): boolean {
  const length = Number(headers.get("content-length") ?? Infinity);
  return status in OWN_WORDS && length <= OWN_WORDS_BYTES && /^text\/plain\b/.test(headers.get("content-type") ?? "");
}

/** What it means where the gateway answers itself; undefined where the sandbox does, if only about another sandbox. */
export function gatewaysOwn(status: number, text: string, sandboxId: string | undefined): Meaning | undefined {
  const match = OWN_WORDS[status]?.exec(text);
  if (!match) return undefined;
  const named = match.groups?.id ?? match.groups?.legacyId;
  if (named !== undefined && sandboxId !== undefined && named !== sandboxId) return undefined;
  return gatewayReply(status, text);
}
