import { type GatewayReply, gatewayReply } from "./replies.ts";
import type { Route } from "./routes.ts";
import { RUNTIME_PORT, type Target } from "./target.ts";

/** Where a request goes on to. */
export interface Passage {
  readonly sandboxId: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** The headers that the gateway takes out. */
  readonly takenOut: readonly string[];
}

/** An answer of the gateway's own, or where the request goes. */
export type Verdict = { readonly reply: GatewayReply } | { readonly passage: Passage };

/** The daemon is where the route says; all other ports are those of this machine, as a pod's are its own. */
export function passage(route: Route, { port, path }: Target, takenOut: readonly string[] = []): Verdict {
  // Envoy finds no host in an address with such a port.
  if (port < 0 || port > 65535) return { reply: gatewayReply("noHealthyUpstream") };
  const { sandboxId } = route;
  const upstream = port === RUNTIME_PORT ? { host: route.host, port: route.port } : { host: "127.0.0.1", port };
  return { passage: { sandboxId, ...upstream, path, takenOut } };
}
