import type { IncomingMessage } from "node:http";
import { cannot, type Sender, type SenderOptions, type SentRequest } from "./sender.ts";

/**
 * By `node:https`, which Deno, Bun and Node have, and which does what their `fetch` cannot: several lines of a header,
 * another name for the server, no check at all, and all that through a proxy.
 */
export async function httpsSender(options: SenderOptions, runtime: string): Promise<Sender> {
  const { tls: { ca, serverName, insecure, proxyUrl }, cert, key, secure } = options;
  if (proxyUrl !== undefined && !(secure && /^https?:/.test(proxyUrl))) {
    const what = `go through such a proxy-url ${wish(options)}`;
    throw cannot(what, runtime, "Leave one of the two out, or use an http: proxy and an https: server");
  }
  const [http, https, { Readable }] = await Promise.all([
    import("node:http"),
    import("node:https"),
    import("node:stream"),
  ]);
  const settings = {
    keepAlive: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    ...(serverName !== undefined && { servername: serverName }),
    rejectUnauthorized: !insecure,
  };
  const agent = !secure
    ? new http.Agent({ keepAlive: true })
    : proxyUrl === undefined
    ? new https.Agent(settings)
    : await (await import("./tunnel.ts")).tunnelAgent(proxyUrl, settings);

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
      return new Promise((resolve, reject) => {
        const outgoing = (secure ? https : http).request(url, {
          method,
          headers: linesOf(request),
          agent,
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
      agent.destroy();
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

/** What cannot go together with it. */
function wish({ repeats, tls: { insecure } }: SenderOptions): string {
  if (repeats) return "with several impersonated groups";
  return `with ${insecure ? "insecure-skip-tls-verify" : "tls-server-name"}`;
}
