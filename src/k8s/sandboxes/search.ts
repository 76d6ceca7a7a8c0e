import { RuntimeClient, type RuntimeClientOptions } from "../../../mod.ts";
import { checkBoolean, checkMilliseconds } from "../../errors/checks.ts";
import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions } from "../types.ts";
import type { FromK8sOptions } from "./from_options.ts";
import { GatewayDomain } from "./gateway_domain.ts";
import { type KubeLender, kubeLender } from "./kube_lender.ts";

/** One search for sandboxes: by which client, with which limits, and how the clients it ends in are made. */
export interface Search {
  /** The client of the API server, for the time of the search. */
  readonly kube: KubeClient;
  /** Lends such a client later. */
  readonly lend: KubeLender;
  /** Whether a sandbox that does not run is waited for. */
  readonly waitReady: boolean;
  /** The options of the sandbox's client, without its id and its token. */
  readonly settings: RuntimeClientOptions;
  /** What the next call to the API server may take. */
  limits(): KubeCallOptions;
}

/** Checks all options, and then searches. */
export async function search<T>(options: FromK8sOptions, work: (search: Search) => Promise<T>): Promise<T> {
  const { kube: given, waitReady = false, timeoutMs, signal, ...settings } = options;
  checkBoolean("waitReady", waitReady);
  const limits = timeLimits(timeoutMs, signal);
  const { domain, sandboxBaseUrl } = settings;
  const gateway = domain === undefined && sandboxBaseUrl === undefined ? await GatewayDomain.find() : undefined;
  // Sends nothing; but what is wrong with the options is said before anything happens.
  new RuntimeClient({ ...settings, ...(gateway && { domain: "gateway" }), sandboxId: "none" });
  const lend = await kubeLender(given, signal);
  return await lend(async (kube) => {
    // Who passes a client knows its cluster.
    const own = given === undefined ? gateway?.of(kube.server) : gateway?.own;
    const found = own === undefined ? settings : { ...settings, domain: own };
    return await work({ kube, lend, waitReady, settings: found, limits });
  });
}

/** One limit for all calls of a search. */
function timeLimits(timeoutMs: number | undefined, signal: AbortSignal | undefined): () => KubeCallOptions {
  if (timeoutMs === undefined) return () => ({ signal });
  const limit = checkMilliseconds("timeoutMs", timeoutMs);
  if (limit === 0 || limit === Infinity) return () => ({ signal, timeoutMs: 0 });
  const end = performance.now() + limit;
  return () => ({ signal, timeoutMs: Math.max(1, Math.ceil(end - performance.now())) });
}
