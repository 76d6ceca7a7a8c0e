import type { Call } from "./call.ts";
import { refuse } from "./refusal.ts";
import { waitFor } from "./waiting.ts";

/** How long the server waits for a version that is not there yet. */
const WAIT_MS = 3000;

/** Waits until there is a version. Throws where it does not come in time. */
export async function reached(
  { store, clock }: Pick<Call, "store" | "clock">,
  revision: number,
  signal?: AbortSignal,
): Promise<void> {
  if (revision <= store.revision) return;
  let stop = () => {};
  const there = new Promise<void>((resolve) => {
    stop = store.onChange(() => store.revision >= revision && resolve());
  });
  try {
    if (await waitFor(clock, WAIT_MS, there, signal)) return;
  } finally {
    stop();
  }
  throw refuse(504, "Timeout", `Timeout: Too large resource version: ${revision}, current: ${store.revision}`, {
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
    headers: [["retry-after", "1"]],
  });
}
