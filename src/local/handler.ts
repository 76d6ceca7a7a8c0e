import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { refuseWithoutToken } from "./access_token.ts";
import { allowOrigin, preflight } from "./cors.ts";
import { handleFiles } from "./files/mod.ts";
import { registerFilesystem } from "./filesystem/service.ts";
import { createInitHandler } from "./init.ts";
import { MetricsMeter } from "./metrics.ts";
import type { ProcessTable } from "./process/process_table.ts";
import { registerProcess } from "./process/service.ts";
import { basicUser } from "./request_user.ts";
import { emptyResponse, jsonResponse, methodNotAllowed, notFound } from "./responses.ts";
import { createRpcHandler } from "./rpc.ts";
import type { RuntimeState } from "./runtime_state.ts";

/** Answers one request. */
export type Handler = (request: Request) => Promise<Response>;

/** The flag of the last frame of a stream. */
const END_OF_STREAM = 0b10;

/** The whole runtime as one function: CORS, token, account, then the routes. */
export function createHandler(
  state: RuntimeState,
  processes: ProcessTable,
): Handler {
  const route = createRouter(state, processes);
  return async (request) => {
    const answer = preflight(request);
    if (answer) return answer;
    const { pathname } = new URL(request.url);
    const response = refuseWithoutToken(request, pathname, state) ??
      refuseUnknownUser(request, state) ??
      await route(request, pathname);
    allowOrigin(request, response);
    return request.method === "HEAD" ? await withoutBody(response) : response;
  };
}

async function withoutBody(response: Response): Promise<Response> {
  await response.body?.cancel();
  return new Response(null, response);
}

function createRouter(
  state: RuntimeState,
  processes: ProcessTable,
): (request: Request, pathname: string) => Promise<Response> {
  const meter = new MetricsMeter();
  const init = createInitHandler(state);
  const rpc = createRpcHandler(
    (router) => {
      registerProcess(router, state, processes);
      registerFilesystem(router, state);
    },
    (method) => state.newer || method !== "CloseStdin",
  );
  return async (request, pathname) => {
    switch (pathname) {
      case "/health":
        return only("GET", request, () =>
          emptyResponse(204, {
            "cache-control": "no-store",
            "content-type": "",
          }));
      case "/metrics":
        return only("GET", request, async () =>
          jsonResponse(200, await meter.measure(state.newer), {
            "cache-control": "no-store",
          }));
      case "/envs":
        return only("GET", request, () =>
          jsonResponse(200, Object.fromEntries([...state.envs].sort()), {
            "cache-control": "no-store",
          }));
      case "/init":
        return only("POST", request, () => init(request));
      case "/files":
        return await handleFiles(request, state);
      case "/files/compose":
        return state.newer ? await handleFiles(request, state) : notFound();
      default:
        return await rpc(request, pathname) ?? notFound();
    }
  };
}

async function only(
  method: string,
  request: Request,
  run: () => Response | Promise<Response>,
): Promise<Response> {
  return request.method === method ? await run() : methodNotAllowed(method);
}

/** A named account must exist on every path, needed there or not. */
function refuseUnknownUser(
  request: Request,
  state: RuntimeState,
): Response | undefined {
  const name = basicUser(request.headers);
  if (name === undefined || state.accounts.find(name)) return undefined;
  const contentType = request.headers.get("content-type") ?? "";
  const error = {
    code: "unauthenticated",
    message: `invalid username: '${name}'`,
  };
  const streamed = contentType.startsWith("application/connect+");
  const json = new TextEncoder().encode(
    JSON.stringify(streamed ? { error } : error),
  );
  const body = streamed ? encodeEnvelope(END_OF_STREAM, json) : json;
  return new Response(new Uint8Array(body), {
    status: streamed ? 200 : 401,
    headers: {
      "content-type": streamed ? contentType : "application/json",
      "content-length": String(body.byteLength),
    },
  });
}
