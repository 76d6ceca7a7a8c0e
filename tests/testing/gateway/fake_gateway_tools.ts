/** Requests written by hand, as no client would send them. */

import {
  type FakeGateway,
  type FakeGatewayOptions,
  type FakeRouteOptions,
  startFakeGateway,
} from "../../../src/testing/mod.ts";
import { dial, type Target, target, type Wire } from "../faults/fault_proxy_peers.ts";

/** A case that needs nothing but loopback. */
export interface GatewayCase {
  readonly name: string;
  run(): Promise<void>;
}

/** The head of a request. */
export function head(path: string, headers: Readonly<Record<string, string>> = {}, method: string = "GET"): string {
  const lines = Object.entries({ Host: "gateway.test", ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** Asks once, and gives the status and the body: `502 sandbox not found: x`. */
export async function ask(
  gateway: FakeGateway,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method: string = "GET",
): Promise<string> {
  const wire = await dial(gateway.url);
  wire.write(head(path, { Connection: "close", ...headers }, method));
  const [text] = await wire.end();
  const [start = "", ...body] = text.split("\r\n\r\n");
  return `${start.split(" ")[1]} ${body.join("\r\n\r\n")}`;
}

/** A sandbox whose answer names it and is what it was asked: `mine GET /path`. Its connections end with an answer. */
export function sandboxCalled(name: string): Promise<Target> {
  return target((text) => {
    if (!text.endsWith("\r\n\r\n")) return undefined;
    const body = `${name} ${text.slice(0, text.indexOf(" HTTP"))}`;
    return `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  });
}

/** The port of a URL, which a sandbox's own port is, too. */
export function portOf({ url }: { readonly url: string }): number {
  return Number(new URL(url).port);
}

/** Asks a gateway for a sandbox that is open to everyone, or as the options say. */
export async function answers(
  options: FakeGatewayOptions,
  route: FakeRouteOptions,
  tries: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<Record<string, string>> {
  await using server = await sandboxCalled("mine");
  await using gateway = await startFakeGateway(options);
  gateway.route("mine", server, route);
  const got: Record<string, string> = {};
  for (const [name, headers] of Object.entries(tries)) {
    got[name] = await ask(gateway, "/x", { "e2b-sandbox-id": "mine", ...headers });
  }
  return got;
}

/** A gateway with one sandbox, and a connection to it. */
export async function opened(
  server: { readonly url: string },
  options: FakeGatewayOptions = {},
): Promise<{ readonly gateway: FakeGateway; readonly wire: Wire } & AsyncDisposable> {
  const gateway = await startFakeGateway(options);
  gateway.route("mine", server);
  const wire = await dial(gateway.url);
  const close = async () => {
    // Bun does not know of a connection on which nothing was said, and cannot close it.
    wire.socket.destroy();
    await gateway.close();
  };
  return { gateway, wire, [Symbol.asyncDispose]: close };
}
