import { Backoff } from "../../time/backoff.ts";
import type { Clock } from "./limits.ts";

/** The pauses of watches, in milliseconds: from 0.8 to 1.6 s at first, up to a minute. */
export function watchBackoff(clock: Clock): Backoff {
  return new Backoff(1_600, 60_000, () => clock.random());
}
