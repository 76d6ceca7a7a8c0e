/**
 * A Cloudflare Worker that runs the tool calls of an agent in a sandbox: commands with their output as server-sent
 * events, and files. README.md says how to deploy it.
 */

import { admit } from "./auth.ts";
import type { Call, Context, Handler } from "./call.ts";
import { type Env, settingsOf } from "./env.ts";
import { readFile, writeFile } from "./files.ts";
import { health } from "./health.ts";
import { Problem, problemResponse } from "./problem.ts";
import { run } from "./run.ts";

/** Everything that a caller can ask for. A tool of your own goes here. */
const ROUTES: readonly { readonly path: RegExp; readonly methods: Readonly<Record<string, Handler>> }[] = [
  { path: /^\/health$/, methods: { GET: health } },
  { path: /^\/tools\/run$/, methods: { POST: run } },
  { path: /^\/files\/(.*)$/, methods: { GET: readFile, PUT: writeFile } },
];

async function answer(request: Request, env: Env, ctx: Context): Promise<Response> {
  await admit(request, env.CALLER_TOKEN);
  const { pathname } = new URL(request.url);
  for (const { path, methods } of ROUTES) {
    const match = path.exec(pathname);
    if (match === null) continue;
    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (handler === undefined) throw methodNotAllowed(Object.keys(methods));
    const call: Call = { request, rest: match[1] ?? "", ctx, ...settingsOf(env) };
    return await handler(call);
  }
  const unknown = pathname.startsWith("/tools/") ? "unknown_tool" : "not_found";
  throw new Problem(404, unknown, `Nothing is at ${JSON.stringify(pathname.slice(0, 200))}`, {
    hint: "There are GET /health, POST /tools/run, GET /files/<path> and PUT /files/<path>",
  });
}

function methodNotAllowed(methods: readonly string[]): Problem {
  const allowed = methods.join(", ");
  return new Problem(405, "method_not_allowed", `Only ${allowed} can be asked for here`, {
    headers: { Allow: allowed },
  });
}

const worker: { fetch(request: Request, env: Env, ctx: Context): Promise<Response> } = {
  fetch: (request, env, ctx) => answer(request, env, ctx).catch(problemResponse),
};

// What a module Worker exports.
export { worker as default };
