import type { Fetch } from "../connection/port_fetcher.ts";

/** What to wait for, and for how long. */
export interface WaitForPortOptions {
  /** A path that must answer with a status from 200 to 399. Absent: any answer will do. */
  path?: string | undefined;
  /**
   * How long to wait, in milliseconds; 0: for as long as it takes.
   *
   * @default {60_000}
   */
  timeoutMs?: number | undefined;
  /** Ends the waiting, which then rejects with the signal's own reason. */
  signal?: AbortSignal | undefined;
}

/**
 * The ports of a sandbox: any HTTP server that runs in it.
 *
 * In a pod a server must listen on 0.0.0.0 to be reached. Requests carry the routing headers, the traffic token where
 * one is given and a gateway is in front, and the client's own `headers`; the runtime token only with
 * `portAccessToken`.
 */
export interface Ports {
  /**
   * Tells the URL of a port, for what sends no headers: a browser's address bar, a WebSocket. Behind a gateway that is
   * found by headers, it is the gateway's path form. Where a gateway demands tokens in headers it is of no use alone.
   *
   * @param port The port.
   * @param path The path, with its query and fragment.
   * @returns The URL.
   * @throws {RangeError} When the port is none.
   * @throws {TypeError} When the path is the URL of something else.
   * @throws {UnsupportedError} When `sandboxBaseUrl` is a string, which serves the runtime port alone.
   *
   * @example Show a user their preview
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { assertEquals } from "@std/assert";
   *
   * const sandbox = new RuntimeClient({ sandboxId: "default--mine", domain: "gateway.example:7788" });
   * assertEquals(sandbox.ports.url(3000, "/app"), "http://gateway.example:7788/kruise/default--mine/3000/app");
   * ```
   */
  url(port: number, path?: string): string;

  /**
   * Tells the headers that a request to a port needs, for other HTTP libraries: routing, tokens, and the client's own.
   *
   * @param port The port.
   * @returns The headers.
   * @throws {RangeError} When the port is none.
   *
   * @example For any HTTP library
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { assertEquals } from "@std/assert";
   *
   * const sandbox = new RuntimeClient({ sandboxId: "default--mine", domain: "gateway.example:7788" });
   * const headers = await sandbox.ports.headers(3000);
   * assertEquals([...headers], [["e2b-sandbox-id", "default--mine"], ["e2b-sandbox-port", "3000"]]);
   * ```
   */
  headers(port: number): Promise<Headers>;

  /**
   * Sends a request to a port. What the server answers is the answer, be it 404 or 500; what the gateway answers in its
   * place is an error. There is no limit of time: pass a signal.
   *
   * Redirects are followed while they stay on the port; no other server gets to see a token. Of a `Request` its path,
   * query, method, headers, body and signal count.
   *
   * @param port The port.
   * @param input A path, or a URL that means this port: `http://localhost:<port>/…`, or one that `url` gave.
   * @param init As for `fetch`. Its headers win, but for those that route.
   * @returns The server's answer.
   * @throws {RangeError} When the port is none.
   * @throws {TypeError} When the input means another server, or the options are none that `fetch` takes.
   * @throws {SandboxError} `network`: nothing listens there; `protocol`: redirected to another server.
   * @throws {NotFoundError} `sandbox_not_found`.
   * @throws {SandboxNotRunningError} `sandbox_not_running`, `gateway_not_ready`.
   * @throws {AuthenticationError} When the gateway wants another token.
   *
   * @example A server in the sandbox
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime(); // its ports are those of this machine
   * await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("hello"));
   * const { ports } = new RuntimeClient(runtime.clientOptions());
   * const response = await ports.fetch(server.addr.port, "/greeting?to=you");
   * assertEquals(await response.text(), "hello");
   * ```
   */
  fetch(port: number, input: string | URL | Request, init?: RequestInit): Promise<Response>;

  /**
   * Makes a `fetch` that is bound to a port, to be handed to a library that takes one.
   *
   * @param port The port.
   * @returns The function. As base URL give the library `http://localhost:<port>`.
   * @throws {RangeError} When the port is none.
   *
   * @example For a library
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => Response.json([1, 2]));
   * const { port } = server.addr;
   * const api = { baseURL: `http://localhost:${port}/v1`, fetch: new RuntimeClient(runtime.clientOptions()).ports.fetcher(port) };
   * assertEquals(await (await api.fetch(`${api.baseURL}/models`)).json(), [1, 2]);
   * ```
   */
  fetcher(port: number): Fetch;

  /**
   * Opens a WebSocket to a port, by the platform's own `WebSocket`. That one sends no headers.
   *
   * @param port The port.
   * @param path The path, with its query.
   * @param protocols The subprotocols to offer.
   * @returns The WebSocket, which is connecting.
   * @throws {RangeError} When the port is none.
   * @throws {UnsupportedError} When the runtime has no `WebSocket` (Node before 22), or tokens would have to go along.
   *
   * @example Talk to a server
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
   *   const { socket, response } = Deno.upgradeWebSocket(request);
   *   socket.onmessage = ({ data }) => socket.send(`you said ${data}`);
   *   return response;
   * });
   * const socket = new RuntimeClient(runtime.clientOptions()).ports.webSocket(server.addr.port, "/chat");
   * const answer = await new Promise((resolve) => {
   *   socket.onopen = () => socket.send("hello");
   *   socket.onmessage = ({ data }) => resolve(data);
   * });
   * assertEquals(answer, "you said hello");
   * const closed = new Promise((resolve) => socket.onclose = resolve);
   * socket.close();
   * await closed;
   * ```
   */
  webSocket(port: number, path?: string, protocols?: string | readonly string[]): WebSocket;

  /**
   * Waits until a server answers on a port: anything at all, or success on a path. It asks at growing intervals of up
   * to a second.
   *
   * @param port The port.
   * @param options What to wait for, and for how long.
   * @throws {RangeError} When the port or `timeoutMs` cannot be.
   * @throws {TimeoutError} `wait_timeout`: the message tells what was seen last.
   * @throws {SandboxError} What waiting does not mend: the sandbox is not there or does not run, a token is wrong.
   *
   * @example Until a server is healthy
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   *
   * await using runtime = await startLocalRuntime();
   * await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => new Response("fine"));
   * const { ports } = new RuntimeClient(runtime.clientOptions());
   * await ports.waitFor(server.addr.port, { path: "/health", timeoutMs: 10_000 });
   * ```
   */
  waitFor(port: number, options?: WaitForPortOptions): Promise<void>;
}
