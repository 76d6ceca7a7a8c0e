/** The relay as a Cloudflare Worker. README.md says how to deploy it. */

import { optionsFromEnv, RuntimeClient } from "@kruise-agents/runtime";
import { relay } from "./relay.ts";

/** Its variables and secrets: `RELAY_KEY`, without which everybody is refused, and the `SBX_…` ones. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What is used of the context that Cloudflare hands to a request. */
export interface Context {
  waitUntil(promise: Promise<unknown>): void;
}

const worker: { fetch(request: Request, env: Env, ctx: Context): Promise<Response> } = {
  fetch(request, env, ctx) {
    const sandbox = new RuntimeClient(optionsFromEnv(env));
    const { signal } = request;
    return relay(request, sandbox, env.RELAY_KEY ?? "", { signal, waitUntil: (promise) => ctx.waitUntil(promise) });
  },
};

// What a module Worker exports.
export { worker as default };
