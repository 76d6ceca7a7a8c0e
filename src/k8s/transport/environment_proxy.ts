import type { SenderOptions } from "./sender.ts";

const VARIABLES = ["https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"];

/**
 * With the proxy of the environment where the configuration names none: some ways to make a request would not use it,
 * and Deno would tell the server its password. Where Deno may not read the environment, its own `fetch` still does.
 */
export async function withEnvironmentProxy(options: SenderOptions): Promise<SenderOptions> {
  const { tls, secure, server } = options;
  if (!secure || tls.proxyUrl !== undefined || !mayRead()) return options;
  const { default: { env } } = await import("node:process");
  const proxyUrl = await environmentProxy(new URL(server), env);
  return proxyUrl === undefined ? options : { ...options, tls: { ...tls, proxyUrl } };
}

/** Deno asks its user otherwise. */
function mayRead(): boolean {
  const { Deno: runtime } = globalThis as {
    Deno?: { permissions?: { querySync(descriptor: object): { state: string } } };
  };
  const query = (variable: string) => runtime?.permissions?.querySync({ name: "env", variable }).state ?? "granted";
  return VARIABLES.every((variable) => query(variable) === "granted");
}

/** The proxy that the environment names for an `https:` URL. As with kubectl, this machine is never behind it. */
export async function environmentProxy(
  { hostname, port }: URL,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const proxy = env.https_proxy || env.HTTPS_PROXY;
  if (!proxy) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || host === "::1" || /^127\.[\d.]+$/.test(host)) return undefined;
  const exceptions = (env.no_proxy || env.NO_PROXY || "").toLowerCase().split(/[,\s]+/).filter(Boolean);
  if (exceptions.some((exception) => covers(exception, host, port || "443"))) return undefined;
  if (await isInSubnet(host, exceptions)) return undefined;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** `*`, a host, a domain with all below it (`.domain` and `*.domain`: those alone), each with or without a port. */
function covers(exception: string, host: string, port: string): boolean {
  if (exception === "*") return true;
  const [, name = "", itsPort] = /^(\[[^\]]+\]|[^:]+|.*:.*:.*?)(?::(\d+))?$/.exec(exception) ?? [];
  if (itsPort !== undefined && itsPort !== port) return false;
  const domain = name.replace(/^\[|\]$|^\*(?=\.)/g, "");
  return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

/** Addresses may be left out by their network: `10.0.0.0/8`. */
async function isInSubnet(host: string, exceptions: readonly string[]): Promise<boolean> {
  const { BlockList, isIP } = await import("node:net");
  const type = (address: string) => isIP(address) === 4 ? "ipv4" : "ipv6";
  if (isIP(host) === 0) return false;
  const subnets = new BlockList();
  for (const exception of exceptions) {
    const [, address = "", bits] = /^(.+)\/(\d{1,3})$/.exec(exception) ?? [];
    if (isIP(address) === 0 || Number(bits) > (isIP(address) === 4 ? 32 : 128)) continue;
    subnets.addSubnet(address, Number(bits), type(address));
  }
  return subnets.check(host, type(host));
}
