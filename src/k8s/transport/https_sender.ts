import type { IncomingMessage } from "node:http";
import type { Sender, SenderOptions, SentRequest } from "./sender.ts";

/**
 * By `node:https`, which Deno, Bun and Node have, and which does what their `fetch` cannot: several lines of a header,
 * another name for the server, no check at all.
 */
export async function httpsSender({ tls, cert, key }: SenderOptions): Promise<Sender> {
  const [http, https, { Readable }] = await Promise.all([
    import("node:http"),
    import("node:https"),
    import("node:stream"),
  ]);
  const secure = new https.Agent({
    keepAlive: true,
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(cert !== undefined && { cert, key }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecure,
  });
  const plain = new http.Agent({ keepAlive: true });

  function responseOf(incoming: IncomingMessage): Response {
    const headers = new Headers();
    for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
      headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!);
    }
    const { statusCode: status = 0, statusMessage: statusText = "" } = incoming;
    const empty = [204, 205, 304].includes(status);
    if (empty) incoming.resume();
    const body = empty ? null : Readable.toWeb(incoming) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
    return new Response(body, { status, statusText, headers });
  }

  return {
    send(url, request) {
      const { method, body, signal } = request;
      const isSecure = url.startsWith("https:");
      return new Promise((resolve, reject) => {
        const outgoing = (isSecure ? https : http).request(url, {
          method,
          headers: linesOf(request),
          agent: isSecure ? secure : plain,
          ...(signal && { signal }),
        });
        // The listener stays: what comes after the beginning of the answer is told by its body.
        outgoing.on("error", reject);
        outgoing.once("response", (incoming) => resolve(responseOf(incoming)));
        outgoing.end(body);
      });
    },
    // What is idle ends by itself, and what is in use with its answer.
    retire: () => {},
    close: () => {
      secure.destroy();
      plain.destroy();
      return Promise.resolve();
    },
  };
}

/** Each name with all its values. Nothing is asked for compressed, as nothing would undo it. */
function linesOf({ headers, body }: SentRequest): Record<string, string[]> {
  const lines: Record<string, string[]> = {};
  for (const [name, value] of headers) (lines[name.toLowerCase()] ??= []).push(value);
  lines["accept-encoding"] = ["identity"];
  if (body !== undefined) lines["content-length"] = [String(new TextEncoder().encode(body).length)];
  return lines;
}
