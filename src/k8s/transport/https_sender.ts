import type { IncomingMessage } from "node:http";
import type { checkServerIdentity, PeerCertificate } from "node:tls";
import { cannot, isAddress, type Sender, type SenderOptions, type SentRequest } from "./sender.ts";

/**
 * By `node:https`, which Deno, Bun and Node have, and which does what their `fetch` cannot: several lines of a header,
 * another name for the server, no check at all, and all that through a proxy.
 */
export async function httpsSender(options: SenderOptions, runtime: string): Promise<Sender> {
  const { tls: { ca, serverName, insecure, proxyUrl }, cert, key, secure } = options;
  if (proxyUrl !== undefined && !/^https?:/.test(proxyUrl)) {
    throw cannot(`use a socks5: proxy-url${wish(options)}`, runtime, "Use an http: proxy, or run on Deno");
  }
  if (proxyUrl !== undefined && !secure) {
    throw cannot(
      `use a proxy-url for an http: server${wish(options)}`,
      runtime,
      "Use an https: server, or run on Deno",
    );
  }
  const [http, https, { checkServerIdentity }, { pipeline, Readable }, { createGunzip }] = await Promise.all([
    import("node:http"),
    import("node:https"),
    import("node:tls"),
    import("node:stream"),
    import("node:zlib"),
  ]);
  const settings = {
    keepAlive: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    ...(serverName !== undefined && named(serverName, checkServerIdentity)),
    rejectUnauthorized: !insecure,
  };
  const agent = !secure
    ? new http.Agent({ keepAlive: true })
    : proxyUrl === undefined
    ? new https.Agent(settings)
    : await (await import("./tunnel.ts")).tunnelAgent(proxyUrl, settings);

  function responseOf(incoming: IncomingMessage, method: string): Response {
    const headers = new Headers();
    for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2) {
      headers.append(incoming.rawHeaders[i]!, incoming.rawHeaders[i + 1]!);
    }
    const { statusCode: status = 0, statusMessage: statusText = "" } = incoming;
    if (method === "HEAD" || [204, 205, 304].includes(status)) {
      incoming.resume();
      return new Response(null, { status, statusText, headers });
    }
    const isPacked = headers.get("content-encoding") === "gzip";
    if (isPacked) { for (const name of ["content-encoding", "content-length"]) headers.delete(name); }
    // What goes wrong with the one ends the other.
    const bytes = isPacked ? pipeline(incoming, createGunzip(), () => {}) : incoming;
    const body = Readable.toWeb(bytes) as unknown as ReadableStream<Uint8Array<ArrayBuffer>>;
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
        outgoing.once("response", (incoming) => resolve(responseOf(incoming, method)));
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

/** The name to ask for and to check; an address is checked alone. */
function named(servername: string, check: typeof checkServerIdentity): object {
  if (!isAddress(servername)) return { servername };
  return { servername: "", checkServerIdentity: (_: string, peer: PeerCertificate) => check(servername, peer) };
}

/** Each name with all its values. */
function linesOf({ headers, body }: SentRequest): Record<string, string[]> {
  const lines: Record<string, string[]> = {};
  for (const [name, value] of headers) (lines[name.toLowerCase()] ??= []).push(value);
  lines["accept-encoding"] ??= ["gzip"];
  if (body !== undefined) lines["content-length"] = [String(new TextEncoder().encode(body).length)];
  return lines;
}

/** What does not go together with it, where it would go alone. */
function wish({ repeats, tls: { insecure, serverName } }: SenderOptions): string {
  if (repeats) return " together with several impersonated groups";
  if (insecure) return " together with insecure-skip-tls-verify";
  return serverName === undefined ? "" : " together with tls-server-name";
}
