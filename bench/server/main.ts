/**
 * The other end of most measurements: a process that serves frames, entries and files from memory, encoded before the first request, so
 * that its own cost hides nothing of a client's. It answers in the form of two versions of the daemon, each on a port of its own.
 *
 * What to send is in the request: a command line `produce <kind> <frames>`, a file whose name is its bytes, a directory whose name is the
 * number of its entries.
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { listDir, nothing, stat } from "./answers.ts";
import { download, upload } from "./content.ts";
import { bodyOf, fail, say } from "./http.ts";
import { start } from "./processes.ts";

async function answer(version: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const path = url.searchParams.get("path") ?? "";
  switch (`${request.method} ${url.pathname}`) {
    case "POST /process.Process/Start":
      return await start(request, response);
    case "POST /filesystem.Filesystem/Stat":
      return await stat(request, response);
    case "POST /filesystem.Filesystem/ListDir":
      return await listDir(request, response);
    case "GET /files":
      return await download(version, path, request, response);
    case "POST /files":
      return await upload(version, path, request, response);
    // No process lives longer than its stream: nothing is listed, and a signal finds nothing to do.
    case "POST /process.Process/List":
    case "POST /process.Process/SendSignal":
    case "POST /process.Process/SendInput":
      return await nothing(request, response);
    case "GET /health":
      return void response.writeHead(204, { "vary": "Origin" }).end();
  }
  await bodyOf(request);
  if (version !== "0.2.10" && url.pathname === "/process.Process/CloseStdin") {
    const error = { code: "not_found", message: "process with pid 4294967295 not found" };
    return say(response, 404, "application/json", JSON.stringify(error));
  }
  say(response, 404, "text/plain; charset=utf-8", "404 page not found\n");
}

async function serve(version: string): Promise<[string, string]> {
  const server = createServer((request, response) => {
    answer(version, request, response).catch((error) => {
      // Some are stopped while they hold streams open.
      if (response.destroyed) return;
      console.error(error);
      if (response.headersSent) response.destroy();
      else fail(response, 500, String(error));
    });
  });
  // As the daemon keeps its connections.
  server.keepAliveTimeout = 640_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return [version, `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
}

console.log(JSON.stringify(Object.fromEntries([await serve("0.2.10"), await serve("0.6.13")])));
// Whoever started this holds its input open: when they are gone, so is this.
process.stdin.resume().once("end", () => process.exit());
