/** What the API takes as the name of almost everything (RFC 1123 subdomain). */
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** Names of roles and addresses may hold more: whatever is one segment of a path. */
const FREE = /^(?!\.{1,2}$)[^/%\p{Surrogate}]+$/u;
const FREE_RESOURCES = /^(rbac\.authorization\.k8s\.io\/|networking\.k8s\.io\/ipaddresses$)/;

/**
 * Checks the name of an object.
 *
 * @throws {TypeError} When it is no string, or missing.
 * @throws {RangeError} When no object can have it.
 */
export function checkName(name: unknown, resource: { group: string; plural: string }): string {
  const text = checkText(name, `a name of ${resource.plural}`);
  const isFree = FREE_RESOURCES.test(`${resource.group}/${resource.plural}`);
  if (text.length <= 253 && (isFree ? FREE : SUBDOMAIN).test(text)) return text;
  throw new RangeError(
    `Cannot use ${JSON.stringify(text.slice(0, 300))} as a name of ${resource.plural}: ` +
      (isFree ? 'it must not be "." or "..", nor hold "/" or "%"' : 'use lower case letters, digits, "-" and "." only'),
  );
}

/**
 * Checks a namespace.
 *
 * @throws {TypeError} When it is no string, or missing.
 * @throws {RangeError} When no namespace can have this name.
 */
export function checkNamespace(namespace: unknown): string {
  const text = checkText(namespace, "a namespace");
  if (text.length <= 63 && LABEL.test(text)) return text;
  throw new RangeError(
    `Cannot use ${JSON.stringify(text.slice(0, 300))} as a namespace: use lower case letters, digits and "-" only`,
  );
}

/** Which objects a `Resource` is about. */
export interface ResourceApi {
  /** The API group; empty for the core group. */
  group: string;
  /** The version, such as `v1`. */
  version: string;
  /** The resource's name in URLs, such as `pods`. */
  plural: string;
  /** Whether the objects are in namespaces. */
  namespaced: boolean;
}

/**
 * Checks group, version and plural.
 *
 * @throws {TypeError} When one is missing.
 * @throws {RangeError} When there can be none of that name.
 */
export function checkApi(api: ResourceApi): ResourceApi {
  const { group, version, plural, namespaced } = api;
  if (typeof group !== "string") throw new TypeError(`Cannot use ${describe(group)} as a group: pass a string`);
  if (typeof namespaced !== "boolean") {
    throw new TypeError(`Cannot use ${describe(namespaced)} as namespaced: pass true or false`);
  }
  const parts = [["a version", version, LABEL], ["a plural", plural, LABEL]] as const;
  for (const [what, value, pattern] of parts) checkPattern(checkText(value, what), what, pattern);
  if (group !== "") checkPattern(group, "a group", SUBDOMAIN);
  return { group, version, plural, namespaced };
}

/**
 * Checks the name of a subresource, such as `status` or `ephemeralcontainers`.
 *
 * @throws {TypeError} When it is no string, or empty.
 * @throws {RangeError} When there can be none of that name.
 */
export function checkSubresource(subresource: unknown): string {
  const text = checkText(subresource, "a subresource");
  checkPattern(text, "a subresource", LABEL);
  return text;
}

function checkPattern(text: string, what: string, pattern: RegExp): void {
  if (pattern.test(text)) return;
  throw new RangeError(
    `Cannot use ${JSON.stringify(text.slice(0, 300))} as ${what}: use lower case letters and digits`,
  );
}

function checkText(value: unknown, what: string): string {
  if (typeof value !== "string") throw new TypeError(`Cannot use ${describe(value)} as ${what}: pass a string`);
  if (value === "") throw new TypeError(`Cannot use an empty string as ${what}: pass one`);
  return value;
}

function describe(value: unknown): string {
  return value === undefined || value === null ? String(value) : `a value of type ${typeof value}`;
}
