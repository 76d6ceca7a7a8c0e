import type { Agent, AgentOptions } from "node:https";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { toBase64 } from "../config/pem.ts";

/** How long a proxy may take to reach the server, in milliseconds. */
const CONNECT_MS = 30_000;

/** Calls back with the connection, or with why there is none. */
type Connected = (error: Error | null, socket?: TLSSocket) => void;

/**
 * Makes an agent whose connections go through an HTTP proxy. Only the proxy sees its password. TLS is spoken by
 * `over`, where that is given.
 */
export async function tunnelAgent(
  proxyUrl: string,
  options: AgentOptions,
  over?: (socket: Duplex, target: ConnectionOptions) => TLSSocket,
): Promise<Agent> {
  const [http, https, tls] = await Promise.all([import("node:http"), import("node:https"), import("node:tls")]);
  const secure = over ?? ((socket: Duplex, target: ConnectionOptions) => tls.connect({ ...target, socket }));
  const proxy = new URL(proxyUrl);
  const { request } = proxy.protocol === "https:" ? https : http;
  const authorization = passwordOf(proxy);
  const waiting = new Set<ClientRequest>();

  const open = (target: ConnectionOptions, connected: Connected): void => {
    const { host, port } = target;
    const address = `${host?.includes(":") ? `[${host}]` : host}:${port}`;
    const asking = request({
      host: proxy.hostname.replace(/^\[|\]$/g, ""),
      port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
      method: "CONNECT",
      path: address,
      headers: { host: address, ...(authorization !== undefined && { "proxy-authorization": authorization }) },
      agent: false,
    });
    const refused = ({ statusCode }: IncomingMessage, socket: Duplex): void => {
      socket.destroy();
      connected(new Error(`Proxy response ${statusCode}`));
    };
    // Whoever waits may give up earlier, which does not reach here.
    asking.setTimeout(CONNECT_MS, () => asking.destroy(new Error("the proxy timed out")));
    waiting.add(asking);
    asking.once("close", () => waiting.delete(asking));
    asking.once("connect", (answer, socket) => {
      socket.setTimeout(0);
      if (answer.statusCode !== 200) return refused(answer, socket);
      connected(null, secure(socket, target));
    });
    asking.once("response", (answer) => refused(answer, answer.socket));
    asking.once("error", connected);
    asking.end();
  };
  const agent = new https.Agent(options);
  const destroy = (): void => {
    for (const asking of waiting) asking.destroy();
    https.Agent.prototype.destroy.call(agent);
  };
  // It calls back, which the types know only of newer ones.
  return Object.assign(agent, { createConnection: open as never, destroy });
}

function passwordOf({ username, password }: URL): string | undefined {
  if (username + password === "") return undefined;
  return `Basic ${toBase64(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}`;
}
