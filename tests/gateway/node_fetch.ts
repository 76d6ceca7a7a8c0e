/** A `fetch` on `node:https`, which Deno, Bun and Node have: it can trust an authority and knows where a name is. */

import { request as plain } from "node:http";
import { request as secure } from "node:https";
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { Fetch } from "../../mod.ts";

/** What the global `fetch` cannot be told. */
export interface NodeFetchOptions {
  /** An authority to trust, in PEM. */
  readonly ca?: string;
  /** The address to connect to, whatever the host of the URL, which is still sent as `Host` and as the TLS name. */
  readonly address?: string;
}

/** Makes one. */
export function nodeFetch({ ca, address }: NodeFetchOptions): Fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { body, signal } = init;
    const bytes = body == null || body instanceof ReadableStream
      ? undefined
      : new Uint8Array(await new Response(body).arrayBuffer());
    const headers: Record<string, string> = { host: url.host, ...Object.fromEntries(new Headers(init.headers)) };
    if (bytes !== undefined) headers["content-length"] = String(bytes.length);
    const outgoing = (url.protocol === "https:" ? secure : plain)({
      host: address ?? url.hostname,
      servername: url.hostname,
      port: url.port,
      path: url.pathname + url.search,
      method: init.method ?? "GET",
      headers,
      agent: false,
      ...(ca !== undefined && { ca }),
      ...(signal != null && { signal }),
    });
    const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once("response", resolve);
      outgoing.once("error", reject);
      if (body instanceof ReadableStream) Readable.fromWeb(body as never).on("error", reject).pipe(outgoing);
      else outgoing.end(bytes);
    });
    outgoing.on("error", () => {}); // the answer's body tells
    return responseOf(incoming);
  };
}

function responseOf(incoming: IncomingMessage): Response {
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!);
  }
  const status = incoming.statusCode ?? 0;
  const body = [204, 205, 304].includes(status) ? null : Readable.toWeb(incoming) as ReadableStream<Uint8Array>;
  if (body === null) incoming.resume();
  return new Response(body as BodyInit | null, { status, headers });
}
