import { create, toBinary } from "@bufbuild/protobuf";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StatResponseSchema } from "../../gen/filesystem/filesystem_pb.ts";
import { Connection } from "../../src/connection/connection.ts";
import { createFilesystem } from "../../src/files/create_filesystem.ts";
import type { Filesystem } from "../../src/files/filesystem.ts";
import { resolveOptions, type RuntimeClientOptions } from "../../src/options.ts";

/** What a test looks at of a request that went through a fake `fetch`. */
export interface Sent {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: RequestInit["body"];
  readonly signal: AbortSignal | null | undefined;
}

/** The files behind a fake `fetch` that answers with what `answer` says, and everything that was sent. */
export function fakeFiles(
  answer: (sent: Sent, index: number) => Response | Promise<Response>,
  options: RuntimeClientOptions = {},
): { files: Filesystem; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { method = "GET", headers, body, signal } = init;
    const request = { method, url: new URL(String(input)), headers: new Headers(headers), body, signal };
    sent.push(request);
    return await answer(request, sent.length - 1);
  };
  return { files: filesOf({ sandboxBaseUrl: "http://sandbox.test", user: "user", ...options, fetch }), sent };
}

/** The files of a daemon; one of version 0.2.10, as far as nothing else is said. */
export function filesOf(options: RuntimeClientOptions): Filesystem {
  return createFilesystem(new Connection(resolveOptions({ capabilities: { octetStream: false }, ...options })));
}

/** An error as the daemon's HTTP routes say it. */
export function httpError(status: number, message: string): Response {
  return Response.json({ code: status, message }, { status });
}

/** An error as the daemon's services say it. */
export function rpcError(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status });
}

/** Any message as the answer of a service. */
export function rpcAnswer(bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, { headers: { "content-type": "application/proto" } });
}

/** What an account's home is good for: learning that there is one. */
export function statHome(): Response {
  return rpcAnswer(
    toBinary(StatResponseSchema, create(StatResponseSchema, { entry: { name: "home", path: "/home" } })),
  );
}

/** What an upload is answered with. */
export function written(path: string): string {
  return JSON.stringify([{ name: path.slice(path.lastIndexOf("/") + 1), path, type: "file" }]);
}

/** A real server on a free port of this machine; its connections are cut at the end. */
export async function serve(
  listener: RequestListener<typeof IncomingMessage, typeof ServerResponse>,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
