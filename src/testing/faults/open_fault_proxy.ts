import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { FaultConnection, type Planned, type Target } from "./fault_connection.ts";
import { checkPlan, type FaultPlan } from "./fault_plan.ts";
import type { FaultProxy, FaultStruck } from "./fault_proxy.ts";

/** Puts a proxy together. It is what takes Node's modules. */
export async function openFaultProxy(target: string): Promise<FaultProxy> {
  const { path, ...address } = checkTarget(target);
  const plans: FaultPlan[] = [];
  const struck: FaultStruck[] = [];
  const connections = new Set<FaultConnection>();

  function planFor(request: string): Planned {
    const index = plans.findIndex(({ match = "" }) => request.includes(match));
    const [plan = {}] = index === -1 ? [] : plans.splice(index, 1);
    let isStruck = false;
    const strike = () => {
      if (!isStruck) struck.push({ request, plan });
      isStruck = true;
    };
    return { plan, strike };
  }

  const server = createServer((client) => {
    const connection = new FaultConnection(client, address, planFor);
    connections.add(connection);
    void connection.serve().finally(() => connections.delete(connection));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  let closed: Promise<void> | undefined;
  const close = () => closed ??= closeAll(server, connections);
  return {
    url: `http://127.0.0.1:${port}${path}`,
    get pending() {
      return plans.length;
    },
    struck,
    next: (plan) => void plans.push(checkPlan(plan)),
    closeIdle: () => [...connections].filter((connection) => connection.closeIfIdle()).length,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function closeAll(server: Server, connections: ReadonlySet<FaultConnection>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await Promise.all([...connections].map((connection) => connection.close()));
  await closed;
}

/** The host and port of a URL, and its path without a slash at the end. */
function checkTarget(target: string): Target & { readonly path: string } {
  const url = URL.canParse(target) ? new URL(target) : undefined;
  // A user and a password would go nowhere.
  const more = url && url.search + url.hash + url.username + url.password;
  if (url?.protocol !== "http:" || more !== "") {
    throw new TypeError(
      `Cannot stand before ${JSON.stringify(target)}: pass an http: URL, such as http://127.0.0.1:49983`,
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return { host, port: Number(url.port || 80), path: url.pathname.replace(/\/$/, "") };
}
