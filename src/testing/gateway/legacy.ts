import { type GatewayReply, gatewayReply } from "./replies.ts";
import { passage, type Verdict } from "./passage.ts";
import type { Routes } from "./routes.ts";
import { type Routed, targetOf } from "./target.ts";

/** What becomes of a request in the proxy of the manager's pod, which came before the gateway. It checks no token. */
export function legacyVerdict(asked: Routed, routes: Routes): Verdict {
  // The manager's own traffic, and there is no manager here.
  if (!isForSandbox(asked)) return { reply: gatewayReply("noHealthyUpstream") };
  const target = targetOf(asked);
  if (target === undefined) {
    return apiError(500, `failed to map request to sandbox, URL=http://${asked.host ?? ""}${asked.path}`);
  }
  if (target.port < 0 || target.port > 65535) return apiError(400, "invalid sandbox port");
  const route = routes.get(target.sandboxId);
  if (route?.state !== "running") return apiError(502, `healthy sandbox ${target.sandboxId} not found`);
  return passage(route, target);
}

function isForSandbox({ path, host = "" }: Routed): boolean {
  return path.startsWith("/kruise") ? !path.startsWith("/kruise/api") : !host.startsWith("api.");
}

function apiError(status: number, text: string): { readonly reply: GatewayReply } {
  return { reply: { status, body: `API Error: ${text}` } };
}
