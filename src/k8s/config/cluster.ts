import type { Fields } from "./fields.ts";
import type { KubeTls } from "./kube_access.ts";
import { CERTIFICATE, type LazyHost, pemField } from "./pem.ts";

/** Where a cluster's API server is, and how a connection to it is made. */
export interface Cluster {
  /** URL without a slash at its end. */
  readonly server: string;
  readonly tls: KubeTls;
  readonly compress: boolean;
}

/** Reads a cluster's entry. */
export async function readCluster(fields: Fields, host: LazyHost): Promise<Cluster> {
  const insecure = fields.flag("insecure-skip-tls-verify");
  const ca = await pemField(fields, "certificate-authority", CERTIFICATE, host);
  if (insecure && ca) {
    const reason = "is true, and a certificate-authority is given, which would not be looked at";
    throw fields.error("insecure-skip-tls-verify", reason, "Leave one of the two out");
  }
  const serverName = fields.text("tls-server-name");
  const proxyUrl = readProxy(fields);
  return {
    server: readServer(fields),
    tls: {
      insecure,
      ...(ca && { ca: ca.text }),
      ...(serverName !== undefined && { serverName }),
      ...(proxyUrl !== undefined && { proxyUrl }),
    },
    compress: !fields.flag("disable-compression"),
  };
}

function readServer(fields: Fields): string {
  const text = fields.text("server");
  if (text === undefined) throw fields.error("server", "is missing", "Give the cluster the URL of its API server");
  // As kubectl takes it: without a scheme it is plain HTTP, and a query or a fragment is dropped.
  const url = parseUrl(/^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`);
  if (!url || !/^https?:$/.test(url.protocol)) throw fields.error("server", "is no http: or https: URL");
  if (url.username + url.password !== "") {
    throw fields.error("server", "has a user name in it", "Put user name and password into the user's entry");
  }
  return url.origin + url.pathname.replace(/\/+$/, "");
}

function readProxy(fields: Fields): string | undefined {
  const text = fields.text("proxy-url");
  if (text === undefined) return undefined;
  const url = parseUrl(text);
  if (!url || !/^(https?|socks5):$/.test(url.protocol) || url.hostname === "") {
    throw fields.error("proxy-url", "is no http:, https: or socks5: URL");
  }
  // Each engine has a way of its own with spaces, upper case and missing slashes.
  return url.href.replace(/\/$/, "");
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
