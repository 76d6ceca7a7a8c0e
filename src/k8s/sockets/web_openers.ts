import type { Fetch, UnsupportedError } from "../../../mod.ts";
import { cannot } from "../transport/sender.ts";
import { brokenProtocol } from "./socket_errors.ts";
import type { SocketInit, SocketOpener } from "./socket_opener.ts";
import { WebKubeSocket, type WebSocketLike } from "./web_kube_socket.ts";

/** The sub-protocol that stands for a bearer token, with that behind it in base64url. */
const TOKEN_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

/**
 * By the WebSocket of browsers, which sends no headers: the token goes as a sub-protocol, which the server takes out. Why
 * a server refuses is not told: an ordinary request for the same is refused alike.
 */
export function browserOpener(ask: (url: string, init: SocketInit) => Promise<Response>): SocketOpener {
  return {
    async open(url, init) {
      const { what, protocols, headers, signal } = init;
      const web = new WebSocket(url.replace(/^http/, "ws"), [...protocols, ...tokenProtocols(headers)]);
      web.binaryType = "arraybuffer";
      const isOpen = await new Promise<boolean>((resolve, reject) => {
        const stop = () => {
          reject(signal.reason);
          web.close();
        };
        const settle = (value: boolean) => () => {
          signal.removeEventListener("abort", stop);
          resolve(value);
        };
        web.onopen = settle(true);
        web.onerror = web.onclose = settle(false);
        signal.addEventListener("abort", stop);
      });
      if (isOpen) {
        const socket = new WebKubeSocket(web as unknown as WebSocketLike, web.protocol, what, signal);
        if (protocols.includes(web.protocol)) return socket;
        await socket.close();
        throw brokenProtocol(what, "the server chose none of the sub-protocols");
      }
      const answer = await ask(url, init);
      if (!answer.ok && !(await isWish(answer))) return answer;
      throw new Error("the WebSocket could not be opened");
    },
  };
}

/** By `fetch`, as Workers do it: an answer that is a socket has it as a member. */
export function fetchOpener(fetch: Fetch): SocketOpener {
  return {
    async open(url, { what, protocols, headers, signal }) {
      const response = await ask(fetch, url, {
        headers: [
          ...headers,
          ["Upgrade", "websocket"],
          ["Connection", "Upgrade"],
          ["Sec-WebSocket-Protocol", protocols.join(", ")],
        ] as [string, string][],
        redirect: "manual",
        signal,
      });
      const { webSocket } = response as {
        webSocket?: WebSocketLike & { accept(): void; binaryType?: string } | null;
      };
      if (!webSocket) {
        // Most engines leave the wish for a socket out.
        if (!response.ok && !(await isWish(response))) return response;
        await response.body?.cancel().catch(() => {});
        throw noSockets();
      }
      webSocket.binaryType = "arraybuffer";
      const protocol = response.headers.get("sec-websocket-protocol") ?? "";
      const socket = new WebKubeSocket(webSocket, protocol, what, signal);
      webSocket.accept();
      if (protocols.includes(protocol)) return socket;
      await socket.close();
      throw brokenProtocol(what, "the server chose none of the sub-protocols");
    },
  };
}

/** Most engines refuse these headers with a `TypeError`. */
async function ask(fetch: Fetch, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (
      error instanceof TypeError && /upgrade|connection.*header|forbidden/i.test(String(error.message + error.cause))
    ) {
      throw noSockets();
    }
    throw error;
  }
}

function noSockets(): UnsupportedError {
  return cannot(
    "open WebSockets",
    "the fetch that is passed in",
    "Pass none, or one that answers with a webSocket as Workers' does; to a fake API, connect through its listen()",
  );
}

function tokenProtocols(headers: SocketInit["headers"]): string[] {
  const runtime = "a browser's WebSocket";
  return headers.flatMap(([name, value]) => {
    const [, token] = /^Bearer (.+)$/.exec(value) ?? [];
    if (name.toLowerCase() === "user-agent") return [];
    if (name.toLowerCase() !== "authorization" || token === undefined) {
      throw cannot(`send ${name}`, runtime, "Use a bearer token, or run on Deno, Bun or Node");
    }
    return [TOKEN_PROTOCOL + base64url(token)];
  });
}

function base64url(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** Whether an ordinary request was refused only for being one: then the reason is another. */
async function isWish(answer: Response): Promise<boolean> {
  return (await answer.clone().text()).includes("Upgrade request required");
}
