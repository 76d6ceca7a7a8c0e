import type { Fetch } from "../../../mod.ts";
import type { Sender, SenderOptions } from "./sender.ts";
import { givenSender, webSender } from "./web_sender.ts";

/**
 * Makes what the runtime has for requests of this kind, which is loaded for that. What it cannot do is an
 * `UnsupportedError`.
 */
export async function chooseSender(options: SenderOptions, given: Fetch | undefined): Promise<Sender> {
  if (given) return givenSender(given, options);
  switch (runtimeName()) {
    case "deno":
      return await (await import("./deno_sender.ts")).denoSender(options);
    case "bun":
      return await (await import("./bun_sender.ts")).bunSender(options);
    case "node":
      return await (await import("./node_sender.ts")).nodeSender(options);
    default:
      return webSender(options);
  }
}

/** By what only one of them has. A Worker may have `process`, too, and says by another name what it is. */
export function runtimeName(): "deno" | "bun" | "node" | "web" {
  const { Deno, Bun, navigator, process } = globalThis as {
    Deno?: { createHttpClient?: unknown };
    Bun?: unknown;
    navigator?: { userAgent?: string };
    process?: { versions?: { node?: string } };
  };
  if (typeof Deno?.createHttpClient === "function") return "deno";
  if (Bun !== undefined) return "bun";
  if (navigator?.userAgent === "Cloudflare-Workers") return "web";
  return process?.versions?.node === undefined ? "web" : "node";
}
