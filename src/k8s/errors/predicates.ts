import { isSandboxError } from "../../errors/is_sandbox_error.ts";
import type { KubeStatusError } from "../../errors/kube_status_error.ts";
import { isKnownReason } from "./reasons.ts";

/**
 * Whether an object, its namespace or its resource is not there (404).
 *
 * @param error Anything that was caught.
 * @returns Whether it is that.
 *
 * @example
 * ```ts
 * import { isNotFound } from "@kruise-agents/runtime/k8s";
 * import { KubeStatusError } from "@kruise-agents/runtime";
 * import { assert, assertFalse } from "@std/assert";
 *
 * const kubeStatus = { status: "Failure", reason: "NotFound", code: 404 };
 * assert(isNotFound(new KubeStatusError("Cannot get …", { code: "kube_status", status: 404, kubeStatus })));
 * assertFalse(isNotFound(new TypeError("something else")));
 * ```
 */
export function isNotFound(error: unknown): error is KubeStatusError {
  return means(error, 404, "NotFound");
}

/**
 * Whether the name is taken (409 `AlreadyExists`).
 *
 * @param error Anything that was caught.
 * @returns Whether it is that.
 *
 * @example
 * ```ts
 * import { isAlreadyExists } from "@kruise-agents/runtime/k8s";
 * import { assertFalse } from "@std/assert";
 *
 * assertFalse(isAlreadyExists(new Error("something else")));
 * ```
 */
export function isAlreadyExists(error: unknown): error is KubeStatusError {
  return means(error, undefined, "AlreadyExists");
}

/**
 * Whether the object was changed by someone else in the meantime, or a precondition does not hold (409 `Conflict`):
 * read it again, and repeat the change.
 *
 * @param error Anything that was caught.
 * @returns Whether it is that.
 *
 * @example
 * ```ts
 * import { isConflict } from "@kruise-agents/runtime/k8s";
 * import { assertFalse } from "@std/assert";
 *
 * assertFalse(isConflict(new Error("something else")));
 * ```
 */
export function isConflict(error: unknown): error is KubeStatusError {
  return means(error, 409, "Conflict");
}

/**
 * Whether a version or a `continue` is too old (410): list again.
 *
 * @param error Anything that was caught.
 * @returns Whether it is that.
 *
 * @example
 * ```ts
 * import { isGone } from "@kruise-agents/runtime/k8s";
 * import { assertFalse } from "@std/assert";
 *
 * assertFalse(isGone(new Error("something else")));
 * ```
 */
export function isGone(error: unknown): error is KubeStatusError {
  return means(error, 410, "Expired", "Gone");
}

/**
 * Whether it is not allowed (403); the `hint` says what to grant.
 *
 * @param error Anything that was caught.
 * @returns Whether it is that.
 *
 * @example
 * ```ts
 * import { isForbidden } from "@kruise-agents/runtime/k8s";
 * import { assertFalse } from "@std/assert";
 *
 * assertFalse(isForbidden(new Error("something else")));
 * ```
 */
export function isForbidden(error: unknown): error is KubeStatusError {
  return means(error, 403, "Forbidden");
}

/**
 * Whether the credentials were refused (401).
 *
 * @param error Anything that was caught.
 * @returns Whether it is that.
 *
 * @example
 * ```ts
 * import { isUnauthorized } from "@kruise-agents/runtime/k8s";
 * import { assertFalse } from "@std/assert";
 *
 * assertFalse(isUnauthorized(new Error("something else")));
 * ```
 */
export function isUnauthorized(error: unknown): error is KubeStatusError {
  return means(error, 401, "Unauthorized");
}

/**
 * Whether the object is not valid (422); `kubeStatus.details` names the fields.
 *
 * @param error Anything that was caught.
 * @returns Whether it is that.
 *
 * @example
 * ```ts
 * import { isInvalid } from "@kruise-agents/runtime/k8s";
 * import { assertFalse } from "@std/assert";
 *
 * assertFalse(isInvalid(new Error("something else")));
 * ```
 */
export function isInvalid(error: unknown): error is KubeStatusError {
  return means(error, 422, "Invalid");
}

/** The reason decides; the code does where there is none, or none that is known. */
function means(error: unknown, code: number | undefined, ...reasons: string[]): boolean {
  if (!isSandboxError(error, "kube_status")) return false;
  const { kubeStatus, reason } = error;
  if (reasons.includes(reason)) return true;
  return code !== undefined && !isKnownReason(reason) && (kubeStatus.code ?? error.status) === code;
}
