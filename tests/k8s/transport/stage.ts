/** Servers for the cases of the transport: API servers with all kinds of certificates, and proxies before them. */

import { createServer as createPlain, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer, type ServerOptions } from "node:https";
import { type AddressInfo, connect, createServer as createSocketServer, type Server, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import { type Identity, makeAuthority } from "../../gateway/certificates.ts";
import { PROXY_USER } from "./case.ts";

/** What a case is given. */
export interface Stage {
  /** Ports on 127.0.0.1. */
  readonly ports: Readonly<Record<StagePort, number>>;
  /** The authority of the servers' certificates, in PEM. */
  readonly ca: string;
  /** An authority that signed none of them. */
  readonly otherCa: string;
  /** Certificates of clients: of the servers' authority, another of the same, and one of the other authority. */
  readonly clients: Readonly<Record<"mine" | "next" | "stranger", Identity>>;
}

/**
 * `api` asks for a client certificate and takes any answer, `strict` takes only those of its authority, the certificates
 * of `expired` and `otherName` are no good, `plain` is without TLS, `elsewhere` is where a redirect leads, nothing
 * listens at `closed`; `asksClient` and `refusesClient` end the handshake with an alert on the client's certificate, and
 * `ends` without a word. `proxy` wants a password, and so does `socks`, which speaks SOCKS 5.
 */
export type StagePort =
  | "api"
  | "strict"
  | "expired"
  | "otherName"
  | "plain"
  | "elsewhere"
  | "closed"
  | "asksClient"
  | "refusesClient"
  | "ends"
  | "proxy"
  | "socks";

/** The stage, and what it saw. */
export interface RunningStage extends AsyncDisposable {
  readonly stage: Stage;
  /** Requests that came where a redirect leads. */
  readonly strayed: () => number;
}

const DAY_MS = 86_400_000;
const NAMES = ["localhost", "127.0.0.1"];

/** Starts all of them. */
export async function startStage(): Promise<RunningStage> {
  const authority = await makeAuthority("Servers");
  const other = await makeAuthority("Others");
  const mine = { names: ["mine"], client: true };
  const clients = {
    mine: await authority.issue(mine),
    next: await authority.issue({ ...mine, names: ["next"] }),
    stranger: await other.issue({ ...mine, names: ["stranger"] }),
  };
  const good = await authority.issue({ names: NAMES });
  const trust = { ca: authority.cert, requestCert: true };
  const secure = (options: ServerOptions) => createServer(options, answer);
  let strayed = 0;
  const servers = {
    api: secure({ ...good, ...trust, rejectUnauthorized: false }),
    strict: secure({ ...good, ...trust, rejectUnauthorized: true }),
    expired: secure(await authority.issue({ names: NAMES, notAfter: new Date(Date.now() - DAY_MS / 2) })),
    otherName: secure(await authority.issue({ names: ["api.example"] })),
    plain: createPlain(answer),
    elsewhere: createPlain((_, response) => void response.end(`${++strayed}`)),
    // The alerts 116, certificate required, and 48, unknown authority. What a server in this process says is a matter of
    // chance: it closes the connection right after the alert.
    asksClient: alerting(116),
    refusesClient: alerting(48),
    ends: createSocketServer((socket) => void socket.on("error", () => {}).once("data", () => socket.destroy())),
    proxy: createPlain().on("connect", proxied),
    socks: createSocketServer((socket) => void socks(socket)),
  };
  const ports = { ...await listenAll(servers), closed: await unusedPort() };
  elsewhere = ports.elsewhere;
  return {
    stage: { ports, ca: authority.cert, otherCa: other.cert, clients },
    strayed: () => strayed,
    async [Symbol.asyncDispose]() {
      await Promise.all(Object.values(servers).map(closed));
    },
  };
}

let elsewhere = 0;
const sockets = new WeakMap<Server, Set<Socket>>();

async function listenAll<K extends string>(servers: Readonly<Record<K, Server>>): Promise<Record<K, number>> {
  const ports = Object.entries<Server>(servers).map(async ([name, server]) => {
    const open = new Set<Socket>();
    sockets.set(server, open);
    server.on("connection", (socket: Socket) => {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return [name, (server.address() as AddressInfo).port] as const;
  });
  return Object.fromEntries(await Promise.all(ports)) as Record<K, number>;
}

async function closed(server: Server): Promise<void> {
  const done = new Promise((resolve) => server.close(resolve));
  for (const socket of sockets.get(server) ?? []) socket.destroy();
  await done;
}

async function unusedPort(): Promise<number> {
  const server = createPlain();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the server saw of a request. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  /** Names in lower case and values, line by line. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  /** The name of the client certificate. */
  readonly client?: string;
  /** The name that TLS asked for. */
  readonly serverName?: string;
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url!, "http://stage");
  request.on("error", () => {});
  switch (pathname) {
    case "/redirect":
      return void response.writeHead(307, { location: `http://127.0.0.1:${elsewhere}/` }).end("{}");
    case "/silent":
      return;
    case "/cut":
      return void request.socket.destroy();
    case "/stream":
      response.writeHead(200, { "content-type": "application/json" });
      return void response.write("first\n");
    case "/gzip":
      response.writeHead(200, { "content-encoding": "gzip" });
      return void response.end(gzipSync("unpacked"));
    case "/only-new":
      if (request.headers.authorization !== "Bearer new-token") return void response.writeHead(401).end("no");
  }
  let body = "";
  for await (const chunk of request) body += chunk;
  const socket = request.socket as TLSSocket & { readonly servername?: string | false };
  const client = socket.getPeerCertificate?.()?.subject?.CN;
  const seen: Seen = {
    method: request.method!,
    url: request.url!,
    lines: request.rawHeaders.flatMap((name, i, all) => i % 2 ? [] : [[name.toLowerCase(), all[i + 1]!] as const]),
    body,
    ...(client !== undefined && { client: String(client) }),
    ...(socket.servername && { serverName: socket.servername }),
  };
  response.end(JSON.stringify(seen));
}

/** Answers the beginning of any handshake with a fatal alert. */
function alerting(description: number): Server {
  return createSocketServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(Uint8Array.of(21, 3, 3, 0, 2, 2, description)));
  });
}

/** A tunnel, for those who know the password. */
function proxied(request: IncomingMessage, near: Socket): void {
  near.on("error", () => {});
  const expected = `Basic ${btoa(decodeURIComponent(PROXY_USER))}`;
  if (request.headers["proxy-authorization"] !== expected) {
    return void near.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  }
  join(near, Number(request.url!.split(":")[1]), () => near.write("HTTP/1.1 200 Connection established\r\n\r\n"));
}

/** The way of SOCKS 5, to an address or a name: whatever it is, it is this machine. */
async function socks(near: Socket): Promise<void> {
  near.on("error", () => {});
  const next = () => new Promise<Uint8Array>((resolve) => near.once("data", resolve));
  const [, , ...methods] = await next();
  // 2 is a name and a password.
  near.write(Uint8Array.of(5, methods.includes(2) ? 2 : 255));
  const [, length = 0, ...rest] = await next();
  const text = (bytes: readonly number[]) => String.fromCharCode(...bytes);
  const known = `${text(rest.slice(0, length))}:${text(rest.slice(length + 1))}` === decodeURIComponent(PROXY_USER);
  near.write(Uint8Array.of(1, known ? 0 : 1));
  const request = await next();
  const port = (request.at(-2)! << 8) + request.at(-1)!;
  join(near, port, () => near.write(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 0)));
}

function join(near: Socket, port: number, connected: () => void): void {
  const far = connect(port, "127.0.0.1", () => {
    connected();
    near.pipe(far).pipe(near);
  });
  far.on("error", () => near.destroy());
  near.on("close", () => far.destroy());
}
