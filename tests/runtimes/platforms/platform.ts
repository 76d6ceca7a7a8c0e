import type { Job, Outcome } from "../job.ts";

/** The platforms, by the names they have on the command line. */
export const PLATFORMS = ["deno", "bun", "node22", "node", "node20", "workerd", "chromium"] as const;

/** One of them. */
export type PlatformName = typeof PLATFORMS[number];

/** A place where the client can run, installed. */
export interface Platform {
  /** What it calls itself, with its version. */
  readonly title: string;
  /** How the source gets there. */
  readonly how: string;
  /** Runs the cases of a job in a fresh process. */
  run(job: Job): AsyncIterable<Outcome>;
}
