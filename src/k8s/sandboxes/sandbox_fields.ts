import type { KubeObject, OwnerReference, Sandbox } from "../types.ts";

/** Group and version of the platform's objects. */
export const AGENTS_VERSION = "agents.kruise.io/v1alpha1";

/** The id of a sandbox, where it has another one than its names give. */
export const SANDBOX_ID_LABEL = "agents.kruise.io/sandbox-id";
/** The name of the claim that a sandbox was delivered to. */
export const CLAIM_NAME_LABEL = "agents.kruise.io/claim-name";
/** A sandbox that could not be delivered, and is kept to be looked at. */
export const RESERVED_FAILED_LABEL = "agents.kruise.io/reserved-failed-sandbox";
/** Whom a sandbox was delivered to: the uid of a claim, or of an API key. */
export const OWNER_ANNOTATION = "agents.kruise.io/owner";
/** The runtime's token, and where it was in earlier versions. */
export const TOKEN_ANNOTATIONS: readonly string[] = [
  "agents.kruise.io/runtime-access-token",
  "e2b.agents.kruise.io/envd-access-token",
];

/** A statement of a controller about an object. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** A member of an object's `status`, if it is a text. */
export function statusText(object: KubeObject, field: string): string {
  const value = statusOf(object)[field];
  return typeof value === "string" ? value : "";
}

/** The phase; empty before a controller has seen the object. */
export function phaseOf(object: KubeObject): string {
  return statusText(object, "phase");
}

/** What the controllers say. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  const { conditions } = statusOf(object);
  if (!Array.isArray(conditions)) return [];
  return conditions.filter((one) => typeof one === "object" && one !== null).map((one) => ({
    type: String(one.type ?? ""),
    status: String(one.status ?? ""),
    reason: String(one.reason ?? ""),
    message: String(one.message ?? ""),
    lastTransitionTime: String(one.lastTransitionTime ?? ""),
  }));
}

/** What the controllers say of one type. */
export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return conditionsOf(object).find((one) => one.type === type);
}

/** Whether the platform says that the sandbox can be used. */
export function isReady(sandbox: Sandbox): boolean {
  return conditionOf(sandbox, "Ready")?.status === "True";
}

/** Whether somebody wants the sandbox paused. */
export function isPauseWanted({ spec }: Sandbox): boolean {
  return spec?.["paused"] === true;
}

/** A time of a sandbox's `spec` in milliseconds since 1970; undefined where it has none. */
export function timeOf({ spec }: Sandbox, field: "shutdownTime" | "pauseTime"): number | undefined {
  const value = spec?.[field];
  const time = typeof value === "string" ? Date.parse(value) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** The object that controls another one, of which there is one at most. */
export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

/** The id under which the gateway knows a sandbox. */
export function sandboxIdOf({ metadata }: Sandbox): string {
  return metadata.labels?.[SANDBOX_ID_LABEL] || `${metadata.namespace ?? ""}--${metadata.name ?? ""}`;
}

/** The token of the sandbox's runtime, if it has one. */
export function runtimeTokenOf({ metadata }: Sandbox): string | undefined {
  for (const key of TOKEN_ANNOTATIONS) {
    const token = metadata.annotations?.[key];
    if (token) return token;
  }
  return undefined;
}

/** What an object holds that must not be shown. */
export function secretsOf({ metadata }: KubeObject): readonly string[] {
  return TOKEN_ANNOTATIONS.flatMap((key) => metadata.annotations?.[key] || []);
}

function statusOf(object: KubeObject): Record<string, unknown> {
  const { status } = object as { status?: unknown };
  return typeof status === "object" && status !== null ? status as Record<string, unknown> : {};
}
