import type { SandboxState } from "../../../mod.ts";
import type { FakeRouteOptions } from "./fake_gateway_options.ts";
import type { Rules } from "./options.ts";
import type { Route } from "./routes.ts";

const STATES: readonly SandboxState[] = ["running", "paused", "creating", "available", "dead"];

/** Checks the id of a sandbox. */
export function checkSandboxId(sandboxId: string): string {
  if (typeof sandboxId !== "string" || sandboxId === "") {
    throw new TypeError(`Cannot route ${JSON.stringify(sandboxId)}: pass a sandbox id that is not empty`);
  }
  return sandboxId;
}

/** Fills in the defaults of a route. Throws `TypeError` for what cannot be. */
export function routeOf(
  sandboxId: string,
  runtime: { readonly url: string },
  { state = "running", token, trafficAuth = false, uid, wake }: FakeRouteOptions,
  { revision }: Rules,
  knownUid: string | undefined,
): Route {
  const cannot = `Cannot route sandbox ${JSON.stringify(sandboxId)}`;
  if (!STATES.includes(state)) {
    throw new TypeError(`${cannot}: ${JSON.stringify(state)} is no state; pass one of ${STATES.join(", ")}`);
  }
  for (const [name, value] of Object.entries({ token, uid })) {
    if (value !== undefined && typeof value !== "string") throw new TypeError(`${cannot}: ${name} must be a string`);
  }
  if (typeof trafficAuth !== "boolean") throw new TypeError(`${cannot}: trafficAuth must be true or false`);
  if (revision === "legacy" && (token !== undefined || trafficAuth)) {
    throw new TypeError(`${cannot}: a "legacy" gateway checks no token`);
  }
  if (wake !== undefined && (typeof wake !== "function" || revision !== "later")) {
    throw new TypeError(`${cannot}: wake must be a function, and only a "later" gateway wakes sandboxes`);
  }
  const { hostname, port } = addressOf(runtime, cannot);
  return {
    sandboxId,
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || "80"),
    state,
    // An object without a token is an open one.
    token: token === "" ? undefined : token,
    trafficAuth,
    uid: uid ?? knownUid ?? crypto.randomUUID(),
    wake,
  };
}

function addressOf(runtime: { readonly url: string } | undefined, cannot: string): URL {
  const url = runtime?.url ?? "";
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address?.protocol !== "http:") {
    throw new TypeError(`${cannot}: pass a runtime that has a url, such as http://127.0.0.1:49983`);
  }
  return address;
}
