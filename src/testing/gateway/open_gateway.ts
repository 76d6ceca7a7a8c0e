import type { FakeGateway } from "./fake_gateway.ts";
import type { FakeGatewayOptions } from "./fake_gateway_options.ts";
import { Admission } from "./admission.ts";
import { GatewayDoor } from "./door.ts";
import { rulesOf } from "./options.ts";
import { Routes } from "./routes.ts";
import { checkSandboxId, routeOf } from "./route_options.ts";
import { listen } from "./server.ts";
import { TrafficTokens } from "./traffic_tokens.ts";

const HOUR_MS = 3_600_000;

/** Puts a gateway together. It is what takes Node's modules. */
export async function openGateway(options: FakeGatewayOptions): Promise<FakeGateway> {
  const rules = rulesOf(options);
  const routes = new Routes();
  const tokens = await TrafficTokens.create();
  const admission = new Admission(rules, routes, tokens);
  const server = await listen(rules, new GatewayDoor(rules, routes, admission, options.onAnswer));
  let closed: Promise<void> | undefined;
  const close = () => closed ??= server.close();
  return {
    domain: `localhost:${server.port}`,
    url: `${rules.tls === undefined ? "http" : "https"}://127.0.0.1:${server.port}`,
    route(sandboxId, runtime, options = {}) {
      routes.set(routeOf(checkSandboxId(sandboxId), runtime, options, rules, routes.uidOf(sandboxId)));
    },
    unroute: (sandboxId) => routes.remove(sandboxId),
    setReady(ready) {
      if (rules.revision === "legacy") throw new TypeError('Cannot set ready: a "legacy" gateway always is');
      admission.ready = ready;
    },
    async trafficToken(sandboxId, { uid, expiresAt } = {}) {
      const subject = uid ?? routes.uidOf(sandboxId);
      if (subject === undefined) {
        throw new TypeError(`Cannot issue a token for sandbox ${JSON.stringify(sandboxId)}: route it, or pass its uid`);
      }
      const end = expiresAt ?? new Date(Date.now() + HOUR_MS);
      if (!(end instanceof Date) || Number.isNaN(end.getTime())) {
        throw new TypeError("Cannot issue a token: expiresAt must be a valid date");
      }
      return await tokens.issue({ sandboxId, uid: subject }, end);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
