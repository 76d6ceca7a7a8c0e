/** Prefixes of keys that the platform itself writes: a claim with such labels is never completed. */
const RESERVED = ["agents.kruise.io/", "e2b.agents.kruise.io/"];

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Checks environment variables. Values are not shown. Throws a `TypeError` or a `RangeError`. */
export function checkEnvs(envs: unknown): Record<string, string> {
  const given = texts("envs", envs);
  for (const name of Object.keys(given)) {
    if (name !== "" && !/[=\0]/.test(name)) continue;
    throw new RangeError(`Cannot use ${JSON.stringify(name)} as the name of an environment variable`);
  }
  return given;
}

/** Checks labels, which the API would take here and refuse on the sandboxes. Throws a `TypeError` or a `RangeError`. */
export function checkLabels(labels: unknown): Record<string, string> {
  const given = texts("labels", labels);
  for (const [key, value] of Object.entries(given)) {
    if (RESERVED.some((prefix) => key.startsWith(prefix))) {
      throw new RangeError(`Cannot use ${JSON.stringify(key)} as a label: the platform keeps this prefix to itself`);
    }
    if (!isLabelKey(key)) {
      throw new RangeError(`Cannot use ${JSON.stringify(key)} as a label: the API takes no such key`);
    }
    if (value === "" || NAME.test(value)) continue;
    throw new RangeError(
      `Cannot use ${JSON.stringify(value.slice(0, 100))} as the label "${key}": ` +
        'use 63 letters, digits, "-", "_" and "." at most',
    );
  }
  return given;
}

function isLabelKey(key: string): boolean {
  const slash = key.indexOf("/");
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  return NAME.test(key.slice(slash + 1)) && (prefix === undefined || (prefix.length <= 253 && PREFIX.test(prefix)));
}

function texts(name: string, given: unknown): Record<string, string> {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(`Cannot use ${Array.isArray(given) ? "a list" : `a value of type ${typeof given}`} as ${name}`);
  }
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === "string") continue;
    throw new TypeError(`Cannot use a value of type ${typeof value} as ${name}[${JSON.stringify(key)}]: pass a string`);
  }
  return { ...given };
}
