/** Servers that do something wrong, on free ports of this machine, for pages of any origin. */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { event, join } from "../connection/frames.ts";
import { serveHostile } from "../hostile/server.ts";
import type { Faults } from "./platform_cases.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Starts them. */
export async function serveFaults(): Promise<AsyncDisposable & { readonly urls: Faults }> {
  const refused = await serve(() => {});
  await refused[Symbol.asyncDispose]();
  const servers = {
    redirect: await serve(redirect),
    silent: await serve(() => {}),
    cut: await serve(cutter()),
    hostile: await serveHostile(),
  };
  const { redirect: { url }, silent, cut, hostile } = servers;
  return {
    urls: { refused: refused.url, redirect: url, silent: silent.url, cut: cut.url, hostile: hostile.url },
    async [Symbol.asyncDispose]() {
      for (const server of Object.values(servers)) await server[Symbol.asyncDispose]();
    },
  };
}

async function serve(answer: Answer): Promise<AsyncDisposable & { readonly url: string }> {
  const server: Server = createServer((request, response) => {
    const wanted = request.headers["access-control-request-headers"];
    response.setHeader("access-control-allow-origin", "*");
    if (wanted !== undefined) response.setHeader("access-control-allow-headers", wanted);
    if (request.method === "OPTIONS") response.writeHead(204).end();
    else request.resume().on("end", () => answer(request, response)).on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Sends the caller away. */
function redirect(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(307, { location: "/elsewhere" }).end();
}

/** Begins to answer below `/<name>/`, and cuts that off when it is told to: by a request for `/<name>/cut`. */
function cutter(): Answer {
  const open = new Map<string, ServerResponse>();
  return ({ url = "" }, response) => {
    const [, name = "", ...rest] = url.replace(/\?.*/, "").split("/");
    const begun = BEGINNINGS[rest.join("/")];
    if (begun !== undefined) {
      open.set(name, response);
      response.writeHead(200, begun.headers).write(begun.bytes);
    } else {
      open.get(name)?.destroy();
      response.end();
    }
  };
}

const EARLY = new TextEncoder().encode("early");

const BEGINNINGS: Readonly<Record<string, { bytes: Uint8Array; headers: Record<string, string> }>> = {
  "process.Process/Start": {
    bytes: join(
      event({ case: "start", value: { pid: 7 } }),
      event({ case: "data", value: { output: { case: "stdout", value: EARLY } } }),
    ),
    headers: { "content-type": "application/connect+proto" },
  },
  "files": { bytes: EARLY, headers: { "content-length": "1000" } },
  "chunked/files": { bytes: EARLY, headers: {} },
};
