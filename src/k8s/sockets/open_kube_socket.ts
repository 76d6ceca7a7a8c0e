import { type Fetch, isSandboxError, SandboxError } from "../../../mod.ts";
import type { KubeAccess, KubeCredentials } from "../config/kube_access.ts";
import { sameCredentials } from "../config/same_credentials.ts";
import { runtimeName } from "../transport/choose_sender.ts";
import { connectionError } from "../transport/connection_error.ts";
import { noteCredentials } from "../transport/kube_fetch.ts";
import type { SenderOptions } from "../transport/sender.ts";
import { givenSender, webSender } from "../transport/web_sender.ts";
import type { KubeSocket, KubeSocketRequest } from "./kube_socket.ts";
import { brokenProtocol } from "./socket_errors.ts";
import type { SocketInit, SocketOpener } from "./socket_opener.ts";

/** Where sockets lead, and how they are opened. */
export interface SocketPlace {
  readonly access: KubeAccess;
  /** The `fetch` that the client was given, if any. */
  readonly given: Fetch | undefined;
  /** Tells who asks. */
  readonly userAgent: string;
}

/**
 * Opens a WebSocket to the API server or a kubelet by what the runtime has, or by the `fetch` that was given. An answer
 * that is no socket is handed out; a 401 renews the credentials and is asked again, once.
 */
export async function openKubeSocket(
  place: SocketPlace,
  request: Omit<KubeSocketRequest, "query">,
  signal: AbortSignal,
): Promise<KubeSocket | Response> {
  const { access } = place;
  const credentials = await access.credentials({ signal });
  const answer = await openAs(place, request, signal, credentials);
  if (!(answer instanceof Response) || answer.status !== 401) return answer;
  const renewed = await access.credentials({ refused: credentials, signal });
  if (sameCredentials(renewed, credentials)) return answer;
  await answer.body?.cancel().catch(() => {});
  return await openAs(place, request, signal, renewed);
}

async function openAs(
  { access, given, userAgent }: SocketPlace,
  { what, path, protocols, kubelet }: Omit<KubeSocketRequest, "query">,
  signal: AbortSignal,
  credentials: KubeCredentials,
): Promise<KubeSocket | Response> {
  const server = kubelet?.url ?? access.server;
  const secure = server.startsWith("https:");
  const { cert, key } = credentials;
  // An API server without TLS gets no token: its configuration sees to that. A kubelet's URL is none of it.
  const isOpen = kubelet !== undefined && !secure;
  const headers = credentials.headers.filter(([name]) => !isOpen || name.toLowerCase() !== "authorization");
  const { ca, serverName: _, insecure, ...rest } = access.tls;
  const tls = kubelet === undefined ? access.tls : {
    ...rest,
    insecure: insecure && kubelet.ca === undefined,
    ...((kubelet.ca ?? ca) !== undefined && { ca: kubelet.ca ?? ca! }),
    ...(kubelet.serverName !== undefined && { serverName: kubelet.serverName }),
  };
  const repeats = new Set(headers.map(([name]) => name.toLowerCase())).size < headers.length;
  const options = { tls, cert, key, repeats, server, secure };
  let answer: KubeSocket | Response;
  try {
    const opener = await chooseOpener(options, given);
    signal.throwIfAborted();
    const named = [["User-Agent", userAgent], ...headers] as const;
    answer = await opener.open(server + path, { what, protocols, headers: named, signal });
  } catch (error) {
    signal.throwIfAborted();
    if (isSandboxError(error, "tls") && kubelet?.ca !== undefined) throw ofKubelet(error);
    if (error instanceof SandboxError) throw error;
    // The library's own words for an answer that is none of a WebSocket server.
    if (/subprotocol|Sec-WebSocket|Upgrade header|extension/i.test(String(error))) {
      throw brokenProtocol(what, "the answer is none of a WebSocket of Kubernetes");
    }
    const failure = connectionError(error, server, tls.proxyUrl);
    throw kubelet === undefined ? failure : ofKubelet(failure);
  }
  if (answer instanceof Response && (answer.status < 400 || answer.type === "opaqueredirect")) {
    await answer.body?.cancel().catch(() => {});
    throw brokenProtocol(what, `the server at "${new URL(server).host}" answered ${answer.status}, and no WebSocket`);
  }
  noteCredentials(answer, credentials);
  return answer;
}

/** The same of a kubelet, for which other settings count. */
function ofKubelet({ message, code, retryable, cause }: SandboxError): SandboxError {
  return new SandboxError(message.replace("the Kubernetes API", "the kubelet"), {
    code,
    retryable,
    cause,
    hint: code === "tls"
      ? "Set kubeletCa to the authority of its certificate, and kubeletServerName to a name of it"
      : "Check kubeletUrl, and that the network lets you through to the node",
  });
}

/** Makes what the runtime has for sockets of this kind, which is loaded for that. */
async function chooseOpener(options: SenderOptions, given: Fetch | undefined): Promise<SocketOpener> {
  if (given !== undefined) {
    givenSender(given, options);
    return (await import("./web_openers.ts")).fetchOpener(given);
  }
  const runtime = runtimeName();
  if (runtime !== "web") {
    return await (await import("./ws_opener.ts")).wsOpener(
      options,
      { deno: "Deno", bun: "Bun", node: "Node" }[runtime],
    );
  }
  const sender = webSender(options);
  const { browserOpener, fetchOpener } = await import("./web_openers.ts");
  if (navigator.userAgent === "Cloudflare-Workers") return fetchOpener((url, init) => fetch(url, init));
  const ask = (url: string, { headers, signal }: SocketInit) => sender.send(url, { method: "GET", headers, signal });
  return browserOpener(ask);
}
