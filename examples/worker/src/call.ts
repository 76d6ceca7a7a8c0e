import type { Settings } from "./env.ts";

/** What is used of the context that Cloudflare hands to a request. */
export interface Context {
  /** Keeps the request's context alive until the promise settles, for 30 s at most after the caller is gone. */
  waitUntil(promise: Promise<unknown>): void;
}

/** A request that may be answered. */
export interface Call extends Settings {
  /** The request. */
  readonly request: Request;
  /** What of the path the route leaves open, as it stands in the URL. */
  readonly rest: string;
  /** The request's context. */
  readonly ctx: Context;
}

/** Answers a call; what it throws becomes a problem response. */
export type Handler = (call: Call) => Promise<Response>;
