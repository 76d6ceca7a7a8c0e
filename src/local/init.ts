import { tokenMatches } from "./access_token.ts";
import { emptyResponse, textResponse } from "./responses.ts";
import type { RuntimeState } from "./runtime_state.ts";

/** Set by the daemon itself; on the newer version no request changes it. */
const OWN_VARIABLE = "E2B_SANDBOX";

/** What `POST /init` understands. Unknown members are ignored. */
interface InitBody {
  readonly envVars?: Readonly<Record<string, string>>;
  readonly accessToken?: string;
  readonly timestamp?: string;
  readonly defaultUser?: string;
  readonly defaultWorkdir?: string;
}

/** Makes the handler of `POST /init`, which remembers the newest request. */
export function createInitHandler(
  state: RuntimeState,
): (request: Request) => Promise<Response> {
  let newest = -Infinity;
  return async (request) => {
    const text = await request.text();
    const body = parseBody(text, state.newer);
    if (!body || (state.newer && hasBadToken(body, text))) {
      return respond(state, 400);
    }
    if (!state.newer) return initOld(state, body);
    const refusal = refuseToken(state, body);
    if (refusal !== undefined) return respond(state, 401, refusal);
    const at = body.timestamp === undefined ? NaN : Date.parse(body.timestamp);
    if (at < newest) return respond(state, 204);
    if (at > newest) newest = at;
    if (body.accessToken !== undefined) state.token = body.accessToken;
    if (body.envVars) replaceEnvs(state, body.envVars);
    if (body.defaultUser) state.defaultUser = body.defaultUser;
    if (body.defaultWorkdir) state.defaultWorkdir = body.defaultWorkdir;
    return respond(state, 204);
  };
}

/** A token, once set, stays; variables are added and never removed. */
function initOld(state: RuntimeState, body: InitBody): Response {
  if (body.accessToken !== undefined) {
    if (state.token !== undefined && state.token !== body.accessToken) {
      return respond(state, 409);
    }
    state.token = body.accessToken;
  }
  for (const [name, value] of Object.entries(body.envVars ?? {})) {
    state.envs.set(name, value);
  }
  return respond(state, 204);
}

function refuseToken(state: RuntimeState, body: InitBody): string | undefined {
  if (state.token === undefined) return undefined;
  if (body.accessToken === undefined) return "access token reset not authorized";
  return tokenMatches(body.accessToken, state.token) ? undefined : "access token validation failed";
}

/** The newer version takes no empty token, and none with an escape in it. */
function hasBadToken(body: InitBody, text: string): boolean {
  return body.accessToken === "" ||
    /"accessToken"\s*:\s*"[^"\\]*\\/.test(text);
}

function replaceEnvs(
  state: RuntimeState,
  envVars: Readonly<Record<string, string>>,
): void {
  for (const name of state.envs.keys()) {
    if (name !== OWN_VARIABLE) state.envs.delete(name);
  }
  for (const [name, value] of Object.entries(envVars)) {
    if (name !== OWN_VARIABLE) state.envs.set(name, value);
  }
}

function respond(
  { newer, version }: RuntimeState,
  status: number,
  message?: string,
): Response {
  const headers: Record<string, string> = {};
  if (newer) headers["x-envd-version"] = version;
  if (message !== undefined) return textResponse(status, message, headers);
  if (status === 204) {
    headers["cache-control"] = "no-store";
    if (!newer) headers["content-type"] = "";
  }
  return emptyResponse(status, headers);
}

function parseBody(text: string, newer: boolean): InitBody | undefined {
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(newer ? text : firstValue(text));
  } catch {
    return undefined;
  }
  if (value === null) return {};
  return isRecord(value) && hasRightTypes(value) ? value : undefined;
}

function hasRightTypes(
  value: Record<string, unknown>,
): value is Record<string, unknown> & InitBody {
  const { envVars, ...rest } = value;
  for (const name of ["envVars", ...Object.keys(rest)]) {
    if (value[name] === null) delete value[name]; // as good as absent
  }
  const texts = ["accessToken", "timestamp", "defaultUser", "defaultWorkdir"];
  return texts.every((name) => isTextOrAbsent(value[name])) &&
    (value["envVars"] === undefined || isRecord(envVars) &&
        Object.values(envVars).every((one) => typeof one === "string"));
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at the start of a text: the old version looks no further. */
function firstValue(text: string): string {
  let depth = 0;
  const tokens = /"(?:[^"\\]|\\.)*"|[{}]/gs;
  for (const { 0: token, index } of text.matchAll(tokens)) {
    if (token === "{") depth++;
    if (token === "}" && --depth === 0) return text.slice(0, index + 1);
  }
  return text;
}
