import { UnsupportedError } from "../errors/unsupported_error.ts";
import type { ResolvedOptions } from "../options.ts";

/** Where a port of a sandbox is: a URL without a slash at its end, and the headers that route to it. */
export interface Endpoint {
  /** The URL that paths are appended to. */
  readonly baseUrl: string;
  /** `e2b-sandbox-id` and `e2b-sandbox-port`, where the gateway is told by headers. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Finds the endpoint of a port. */
export type EndpointOf = (port: number) => Endpoint;

/**
 * Makes the function from ports to endpoints, and checks the options it stands on.
 *
 * The three forms are those of the OpenKruise gateway, which tries the path first, then the headers, then the host.
 */
export function endpoints(options: ResolvedOptions): EndpointOf {
  const { sandboxId, domain, sandboxBaseUrl, runtimePort } = options;
  if (sandboxBaseUrl !== undefined) {
    const routed = sandboxId === undefined ? undefined : headerSafe(sandboxId);
    return (port) => {
      if (typeof sandboxBaseUrl === "string" && port !== runtimePort) {
        throw new UnsupportedError(`Cannot reach port ${port}: sandboxBaseUrl is a string and serves one port`, {
          code: "unsupported",
          hint: "Pass sandboxBaseUrl as a function of the port, or a domain",
          sandboxId,
        });
      }
      const url = typeof sandboxBaseUrl === "string" ? sandboxBaseUrl : sandboxBaseUrl(port);
      return { baseUrl: checkBaseUrl(url), headers: routed === undefined ? {} : routingHeaders(routed, port) };
    };
  }
  if (domain === undefined) {
    throw new TypeError(
      "Cannot tell where the sandbox is: pass domain, the gateway's host and port (with sandboxId), or sandboxBaseUrl, " +
        "the URL of the sandbox's daemon",
    );
  }
  if (sandboxId === undefined) {
    throw new TypeError("Cannot tell the gateway which sandbox is meant: pass sandboxId beside domain");
  }
  return behindGateway(options, domain, sandboxId);
}

function behindGateway({ scheme, routing }: ResolvedOptions, domain: string, sandboxId: string): EndpointOf {
  const origin = checkDomain(scheme, domain);
  if (routing === "path") {
    checkSegment(sandboxId);
    return (port) => ({ baseUrl: pathForm(origin, sandboxId, port), headers: {} });
  }
  if (routing === "host") {
    if (!URL.canParse(`${scheme}://label.${domain}`)) {
      throw new TypeError(`Cannot route by host with domain ${JSON.stringify(domain)}: an address has no subdomains`);
    }
    return (port) => ({ baseUrl: `${scheme}://${hostLabel(sandboxId, port)}.${domain}`, headers: {} });
  }
  const id = headerSafe(sandboxId);
  return (port) => ({ baseUrl: origin, headers: routingHeaders(id, port) });
}

/** What every path of the gateway's path form begins with; the gateway looks at no more than this. */
const PATH_FORM = "/kruise";

/** Where a path of a port is, for what sends headers, and for what cannot. */
export interface PortEndpoint extends Endpoint {
  /** The URL for what cannot send headers, without a slash at its end. */
  readonly bareUrl: string;
}

/**
 * Finds the endpoint of a port. The gateway takes a path that begins as its path form does for just that, whatever the
 * headers and the host say: such a path is asked for by the path form. So is one with two slashes in front, of which
 * Bun's `fetch` makes one.
 */
export function portEndpoint(
  { sandboxId, sandboxBaseUrl, routing }: ResolvedOptions,
  endpointOf: EndpointOf,
  port: number,
  path: string,
): PortEndpoint {
  const endpoint = endpointOf(port);
  const { baseUrl } = endpoint;
  if (sandboxBaseUrl !== undefined || routing === "path") return { ...endpoint, bareUrl: baseUrl };
  const formed = path.startsWith("//") || isPathForm(path) ? pathForm(baseUrl, sandboxId!, port) : undefined;
  if (formed !== undefined) return { baseUrl: formed, headers: {}, bareUrl: formed };
  return { ...endpoint, bareUrl: routing === "host" ? baseUrl : pathForm(baseUrl, sandboxId!, port) };
}

/**
 * Whether a path of the gateway's may lead to another sandbox, or to another port: as it is, or after something on the
 * way has taken slashes together or decoded what needs no encoding.
 */
export function isPathForm(path: string): boolean {
  const plain = path.replace(/%[2-7][0-9a-f]/gi, (code) => String.fromCharCode(parseInt(code.slice(1), 16)));
  return plain.replace(/^\/+/, "/").startsWith(PATH_FORM);
}

function pathForm(origin: string, sandboxId: string, port: number): string {
  return `${origin}${PATH_FORM}/${encodeURIComponent(checkSegment(sandboxId))}/${port}`;
}

function checkSegment(sandboxId: string): string {
  if (sandboxId !== "." && sandboxId !== "..") return sandboxId;
  throw new TypeError(`Cannot route to sandbox ${JSON.stringify(sandboxId)} by path: that is another path`);
}

function routingHeaders(sandboxId: string, port: number): Record<string, string> {
  return { "e2b-sandbox-id": sandboxId, "e2b-sandbox-port": String(port) };
}

function checkDomain(scheme: string, domain: string): string {
  const url = URL.canParse(`${scheme}://${domain}`) ? new URL(`${scheme}://${domain}`) : undefined;
  if (url === undefined || /[/?#@\s\\]/.test(domain)) {
    throw new TypeError(
      `Cannot use ${shown(domain)} as domain: pass a host and perhaps a port, without scheme and path`,
    );
  }
  return url.origin;
}

function checkBaseUrl(value: string): string {
  const url = typeof value === "string" && URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new TypeError(`Cannot use ${shown(value)} as sandboxBaseUrl: pass a URL such as http://127.0.0.1:49983`);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError("Cannot use the given sandboxBaseUrl: it must not hold credentials, a query or a fragment");
  }
  return (url.origin + url.pathname).replace(/\/+$/, "");
}

/** What the gateway's pattern for the host form and `fetch` let through, which lowers the case; a label has 63 characters. */
function hostLabel(sandboxId: string, port: number): string {
  const label = `${port}-${sandboxId}`;
  if (!/^[a-z0-9-]+$/.test(sandboxId) || label.length > 63) {
    throw new TypeError(
      `Cannot route to sandbox ${
        JSON.stringify(sandboxId)
      } by host: "${label}" must be a DNS label of lower-case letters, ` +
        'digits and hyphens, 63 characters at most; use routing "header" or "path"',
    );
  }
  return label;
}

function headerSafe(sandboxId: string): string {
  if (!/^[\x21-\x7e]+$/.test(sandboxId)) {
    throw new TypeError(
      `Cannot route to sandbox ${JSON.stringify(sandboxId)} by header: it must be printable ASCII without spaces`,
    );
  }
  return sandboxId;
}

/** A value as a message may show it: what looks like credentials or a signature is left out. */
function shown(value: unknown): string {
  return typeof value === "string" && !/[@?#]/.test(value) ? JSON.stringify(value.slice(0, 200)) : "the given value";
}
