import type { RuntimeClient } from "../../../mod.ts";
import { systemClock } from "../client/limits.ts";
import type { Search } from "./search.ts";

const FIRST_PAUSE_MS = 25;

/**
 * Waits until the gateway knows that a sandbox runs, which it hears of by a watch of its own; no longer than a client
 * tries again where a gateway is not ready, nor than the search may take. Whatever else is wrong is for the first call
 * to say.
 */
export async function untilRouted(client: RuntimeClient, { settings: { retry }, limits }: Search): Promise<void> {
  const { signal, timeoutMs = 0 } = limits();
  const most = retry === false ? 0 : retry?.gatewayMs ?? 2_000;
  const end = performance.now() + (timeoutMs > 0 ? Math.min(most, timeoutMs) : most);
  for (let pause = FIRST_PAUSE_MS;; pause *= 2) {
    const left = end - performance.now();
    if (left <= pause) return;
    const isKnown = await client.health({ signal, requestTimeoutMs: Math.ceil(left) }).catch(() => true);
    signal?.throwIfAborted();
    if (isKnown) return;
    await systemClock.sleep(pause, signal);
  }
}
