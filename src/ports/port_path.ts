import type { Connection } from "../connection/connection.ts";
import { isPathForm } from "../connection/endpoint.ts";
import { checkNumber } from "../errors/checks.ts";

/** Where a request goes, as the server in the sandbox is to see it. */
export interface PortPath {
  /** Path and query. */
  readonly path: string;
  /** The fragment with its `#`, or nothing. */
  readonly hash: string;
}

/** Checks a port. */
export function checkPort(port: number): number {
  checkNumber("port", port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new RangeError(`Cannot use ${port} as port: pass an integer from 1 to 65535`);
  }
  return port;
}

/** Reads a path, or a URL that can only mean this port. Throws a `TypeError` for every other one. */
export function portPath(connection: Connection, port: number, input: string): PortPath {
  const found = findPath(connection, port, input, "/");
  if (found !== undefined) return found;
  throw new TypeError(
    `Cannot use the given URL for port ${port}: pass a path, http://localhost:${port}/…, or what ports.url(${port}) gives`,
  );
}

/**
 * Finds the path that a URL means to a server on a port. Servers print, and redirect to, what they take for their own
 * address: `localhost`, or the host that the request named. `undefined` where another server is meant.
 */
export function findPath(connection: Connection, port: number, input: string, from: string): PortPath | undefined {
  const base = `http://localhost:${port}${from}`;
  if (!URL.canParse(input, base)) return undefined;
  const url = new URL(input, base);
  if (!/^(https?|wss?):$/.test(url.protocol) || url.username || url.password) return undefined;
  const { search, hash } = url;
  const pathname = ownPath(connection, port, url);
  return pathname === undefined ? undefined : { path: pathname + search, hash };
}

function ownPath({ ports }: Connection, port: number, url: URL): string | undefined {
  const { baseUrl, bareUrl } = ports.endpoint(port, "/");
  for (const base of [bareUrl, baseUrl]) {
    const { host, pathname } = new URL(base);
    const prefix = pathname.replace(/\/$/, "");
    if (prefix === "" || url.host !== host) continue;
    if (url.pathname === prefix) return "/";
    if (url.pathname.startsWith(`${prefix}/`)) return url.pathname.slice(prefix.length);
  }
  // What the gateway, or a proxy, takes off a path the server does not know of.
  const isOther = ports.hasGateway && isPathForm(url.pathname);
  if (url.host === new URL(baseUrl).host && !isOther) return url.pathname;
  return isLoopback(url.hostname) && portOf(url) === port ? url.pathname : undefined;
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (/^(https|wss):$/.test(protocol) ? 443 : 80));
}

/** The names under which a server knows its own machine. */
function isLoopback(hostname: string): boolean {
  return /^(127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|(.*\.)?localhost)$/.test(hostname);
}
