import type { Job, Outcome } from "../job.ts";

/** The platforms, by the names they have on the command line. */
export const PLATFORMS = ["deno", "bun", "node20", "node22", "node", "workerd", "miniflare", "chromium"] as const;

/** One of them. */
export type PlatformName = typeof PLATFORMS[number];

/** A place where the client can run, installed. */
export interface Platform {
  /** What it calls itself, with its version. */
  readonly title: string;
  /** Runs the cases of a job in a fresh process. */
  run(job: Job): AsyncIterable<Outcome>;
  /** Goes through gateways that have certificates of a private authority: the cases whose names are wanted. */
  tls?(wanted: (name: string) => boolean): AsyncIterable<Outcome>;
}
