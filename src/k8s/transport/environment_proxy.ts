/** The proxy that the environment names for an `https:` URL. As with kubectl, this machine is never behind it. */
export function environmentProxy(
  { hostname, port }: URL,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const proxy = env.https_proxy || env.HTTPS_PROXY;
  if (!proxy) return undefined;
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || host === "::1" || /^127\.[\d.]+$/.test(host)) return undefined;
  const exceptions = (env.no_proxy || env.NO_PROXY || "").toLowerCase().split(/[,\s]+/).filter(Boolean);
  if (exceptions.some((exception) => covers(exception, host, port || "443"))) return undefined;
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
