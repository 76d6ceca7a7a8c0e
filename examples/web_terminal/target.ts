/// <reference lib="dom" />

/** Which sandbox the page reaches, and how. */

import { RuntimeClient } from "@kruise-agents/runtime";

/** What the form asks for. */
export interface Target {
  /** Straight to the sandbox, whose token the page then has; or through a relay, which keeps it. */
  readonly way: "straight" | "relay";
  /** The sandbox's daemon, a gateway or the relay; relative to the page. */
  readonly url: string;
  /** The id by which a gateway finds the sandbox. A relay knows it. */
  readonly sandboxId?: string;
  /** The sandbox's access token, or the relay's key. */
  readonly secret?: string;
}

/** Kept for as long as this tab of the browser is open, so that a reload comes back to the same shells. */
const KEY = "target";

/** What the address holds behind its `#`, which no server sees; then what the tab remembers. */
export function rememberedTarget(): Target | undefined {
  const { hash, pathname, search } = location;
  if (hash.length > 1) {
    sessionStorage.setItem(KEY, JSON.stringify(targetOf(new URLSearchParams(hash.slice(1)))));
    // Not for the history, nor for whoever looks at the screen.
    history.replaceState(null, "", pathname + search);
  }
  const remembered = sessionStorage.getItem(KEY);
  return remembered === null ? undefined : JSON.parse(remembered);
}

/** Remembers a target for a reload, or forgets it. */
export function rememberTarget(target: Target | undefined): void {
  if (target === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, JSON.stringify(target));
}

/** Reads the fields of the form, or of the address. */
export function targetOf(fields: FormData | URLSearchParams): Target {
  const text = (name: string) => String(fields.get(name) ?? "").trim();
  const [sandboxId, secret] = [text("sandboxId"), text("secret")];
  return {
    way: text("way") === "relay" ? "relay" : "straight",
    url: text("url"),
    ...(sandboxId !== "" && { sandboxId }),
    ...(secret !== "" && { secret }),
  };
}

/** A client for the target. A relay takes its key as `X-API-Key`. */
export function sandboxOf({ way, url, sandboxId, secret }: Target): RuntimeClient {
  const sandboxBaseUrl = new URL(url, location.href).href;
  if (way === "relay") return new RuntimeClient({ sandboxBaseUrl, apiKey: secret });
  return new RuntimeClient({ sandboxBaseUrl, sandboxId, runtimeToken: secret });
}

/**
 * How many terminals may be open. A browser has six connections to a server at a time where it speaks HTTP/1.1, as it
 * does without TLS. Each terminal holds one; one is left for the keys, and one for a stream that is being given up, of
 * which the client reads the rest.
 */
export function mostTerminals({ runtimeUrl }: RuntimeClient): number {
  return new URL(runtimeUrl).protocol === "http:" ? 4 : 32;
}
