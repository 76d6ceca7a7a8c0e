import type { Duplex } from "node:stream";
import type { ConnectionOptions } from "node:tls";
import { checkPem } from "../transport/check_pem.ts";
import { cannot, type SenderOptions } from "../transport/sender.ts";
import type { SecureOver } from "./bridged.ts";
import type { KubeSocket } from "./kube_socket.ts";
import type { SocketInit, SocketOpener } from "./socket_opener.ts";
import { WsKubeSocket } from "./ws_kube_socket.ts";
import { loadWs, type WsAnswer } from "./ws_library.ts";

/** A server that sends larger messages than this is none of Kubernetes: it sends 32 KiB. */
const MOST_MESSAGE_BYTES = 32 * 1024 * 1024;
/** Of an answer that is no socket, more than this is not read. */
const MOST_ANSWER_BYTES = 1024 * 1024;

/**
 * By the library `ws`, on Deno, Bun and Node alike: their own WebSockets cannot stop reading, cannot ping, and do not
 * tell why a server refused; Node's takes no certificates at all.
 */
export async function wsOpener(options: SenderOptions, runtime: string): Promise<SocketOpener> {
  const { tls: { ca, serverName, insecure, proxyUrl }, cert, key, secure } = options;
  await checkPem(options);
  if (proxyUrl !== undefined && !(secure && /^https?:/.test(proxyUrl))) {
    const what = secure ? "use a socks5: proxy-url for a WebSocket" : "use a proxy-url for a WebSocket without TLS";
    throw cannot(what, runtime, "Use an http: proxy, and an https: server");
  }
  const settings = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    ...(serverName !== undefined && { servername: serverName }),
    rejectUnauthorized: !insecure,
  };
  const bridge = runtime === "Deno" && secure ? await (await import("./bridged.ts")).loadBridge() : undefined;
  const route = proxyUrl !== undefined
    ? { agent: await (await import("../transport/tunnel.ts")).tunnelAgent(proxyUrl, settings, bridge) }
    : bridge && { createConnection: await connector(options.server, settings, bridge) };
  const WebSocket = await loadWs();

  function open(url: string, { what, protocols, headers, signal }: SocketInit): Promise<KubeSocket | Response> {
    return new Promise((resolve, reject) => {
      const ws = new WebSocket(url.replace(/^http/, "ws"), protocols, {
        ...settings,
        ...route,
        perMessageDeflate: false,
        ...(secure && { generateMask: noMask }),
        maxPayload: MOST_MESSAGE_BYTES,
        // Bun would join the lines of a header that are given to the constructor.
        finishRequest(request: { setHeader(name: string, value: string[]): void; end(): void }) {
          for (const [name, values] of linesOf(headers)) request.setHeader(name, values);
          request.end();
        },
      });
      const stop = () => {
        reject(signal.reason);
        ws.terminate();
      };
      const settle = () => signal.removeEventListener("abort", stop);
      ws.on("open", () => {
        settle();
        resolve(new WsKubeSocket(ws, what, signal));
      });
      ws.on("unexpected-response", (_, answer) => {
        responseOf(answer).then(resolve, reject).finally(() => {
          settle();
          ws.terminate();
        });
      });
      // The listener stays: terminating tells of itself by an error, too.
      ws.on("error", (error) => {
        settle();
        reject(error);
      });
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop);
    });
  }
  return { open };
}

/**
 * A key of zeros, with which the library has nothing to mask: that in JavaScript costs more than all the rest of sending.
 * Keys must be random (RFC 6455, 10.3) so that nobody between can be made to take what is sent for a request of its own;
 * over TLS there is nobody who sees it.
 */
function noMask(key: Uint8Array): void {
  key.fill(0);
}

/** Connects to a server by TLS as `bridge` makes it. */
async function connector(
  server: string,
  settings: ConnectionOptions,
  bridge: SecureOver,
): Promise<() => Duplex> {
  const net = await import("node:net");
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, "");
  const servername = settings.servername ?? (net.isIP(host) ? "" : host);
  return () => bridge(net.connect({ host, port: Number(port || 443) }), { ...settings, host, servername });
}

function linesOf(headers: SocketInit["headers"]): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    lines.set(key, [...lines.get(key) ?? [], value]);
  }
  return lines;
}

async function responseOf(answer: WsAnswer): Promise<Response> {
  const headers = new Headers();
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    headers.append(answer.rawHeaders[i]!, answer.rawHeaders[i + 1]!);
  }
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of answer) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MOST_ANSWER_BYTES) break;
    }
  } catch {
    // The status alone tells enough.
  }
  const { statusCode: status = 0 } = answer;
  if (status < 200 || status > 599) throw new Error(`HPE_INVALID_STATUS ${status}`);
  return new Response([204, 205, 304].includes(status) ? null : text, { status, headers });
}
