import type { KubeObject, Sandbox } from "../types.ts";
import { OWNER_ANNOTATION } from "./sandbox_fields.ts";

/** What names are checked for. */
export const SANDBOXES = { group: "agents.kruise.io", plural: "sandboxes" } as const;
/** The same, of claims. */
export const CLAIMS = { group: "agents.kruise.io", plural: "sandboxclaims" } as const;

const TRAFFIC_AUTH_ANNOTATION = "security.agents.kruise.io/enable-jwt-auth";

/** Who a sandbox was delivered to: the UID of a claim, or of an API key. */
export function ownerOf({ metadata }: Sandbox): string | undefined {
  return metadata.annotations?.[OWNER_ANNOTATION] || undefined;
}

/** Whether the gateway lets only traffic tokens through to it. */
export function needsTrafficToken({ metadata }: Sandbox): boolean {
  return metadata.annotations?.[TRAFFIC_AUTH_ANNOTATION] === "true";
}

/** How errors name an object that was read. */
export function titleOf(word: "sandbox" | "claim", { metadata }: KubeObject): string {
  return `${word} "${metadata.name}" in "${metadata.namespace}"`;
}
