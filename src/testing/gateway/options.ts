import type { FakeGatewayOptions } from "./fake_gateway_options.ts";

/** How a gateway behaves, with every default filled in. */
export interface Rules {
  readonly port: number;
  readonly revision: "2026-08" | "later" | "legacy";
  readonly enableAuth: boolean;
  readonly enableJwtAuth: boolean;
  readonly ready: boolean;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly idleTimeoutMs: number;
  readonly routeTimeoutMs: number;
  readonly wakeTimeoutMs: number;
}

/** The longest a timer can be. */
const MAX_MS = 2 ** 31 - 1;

/** Fills in the defaults. Throws `TypeError` or `RangeError` for what cannot be. */
export function rulesOf(options: FakeGatewayOptions): Rules {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("Cannot start a gateway: pass an object of options, or nothing");
  }
  const { revision = "2026-08" } = options;
  if (!["2026-08", "later", "legacy"].includes(revision)) {
    throw new TypeError(`Cannot use ${JSON.stringify(revision)} as revision: pass "2026-08", "later" or "legacy"`);
  }
  if (options.onAnswer !== undefined && typeof options.onAnswer !== "function") {
    throw new TypeError(`Cannot use a ${typeof options.onAnswer} as onAnswer: pass a function`);
  }
  const legacy = revision === "legacy";
  const rules: Rules = {
    revision,
    port: whole("port", options.port ?? 0, 65535),
    enableAuth: flag("enableAuth", options.enableAuth ?? !legacy),
    enableJwtAuth: flag("enableJwtAuth", options.enableJwtAuth ?? false),
    ready: flag("ready", options.ready ?? true),
    tls: certificate(options.tls),
    idleTimeoutMs: whole("idleTimeoutMs", options.idleTimeoutMs ?? 600_000, MAX_MS),
    routeTimeoutMs: whole("routeTimeoutMs", options.routeTimeoutMs ?? (legacy ? 400_000 : 0), MAX_MS),
    wakeTimeoutMs: whole("wakeTimeoutMs", options.wakeTimeoutMs ?? 60_000, MAX_MS),
  };
  if (legacy && (rules.enableAuth || rules.enableJwtAuth || !rules.ready)) {
    throw new TypeError('Cannot start a gateway: "legacy" checks no token and is always ready');
  }
  if (revision !== "later" && options.wakeTimeoutMs !== undefined) {
    throw new TypeError('Cannot start a gateway: wakeTimeoutMs is for revision "later", which alone wakes sandboxes');
  }
  if (revision === "2026-08" && rules.enableJwtAuth && !rules.enableAuth) {
    throw new TypeError('Cannot start a gateway: in "2026-08" enableJwtAuth takes enableAuth; "later" does not');
  }
  return rules;
}

function certificate(tls: FakeGatewayOptions["tls"]): Rules["tls"] {
  if (tls === undefined || [tls?.cert, tls?.key].every((pem) => typeof pem === "string" && pem !== "")) return tls;
  throw new TypeError("Cannot use the given tls: pass { cert, key }, both in PEM");
}

function flag(name: string, value: boolean): boolean {
  if (typeof value !== "boolean") throw new TypeError(`Cannot use ${String(value)} as ${name}: pass true or false`);
  return value;
}

function whole(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new RangeError(`Cannot use ${String(value)} as ${name}: pass a whole number from 0 to ${most}`);
  }
  return value;
}
