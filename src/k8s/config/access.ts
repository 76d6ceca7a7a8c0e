import { type Cluster, readCluster } from "./cluster.ts";
import type { Fields } from "./fields.ts";
import type { FoundConfig } from "./find_config.ts";
import type { Identity, IdentitySource } from "./identity.ts";
import { impersonationHeaders } from "./impersonation.ts";
import type { KubeAccess, KubeCredentials } from "./kube_access.ts";
import type { KubeLoadOptions } from "./load_options.ts";
import { type LazyHost, toBase64 } from "./pem.ts";
import type { ClusterInfo } from "./plugin.ts";
import type { ConfigSource } from "./source.ts";
import { sameCredentials } from "./same_credentials.ts";
import { readUser } from "./user.ts";

const PLUGIN_TIMEOUT_MS = 60_000;
/** The extension of a cluster that is for credential plugins. */
const PLUGIN_EXTENSION = "client.authentication.k8s.io/exec";

/** What a context of a configuration comes to. Everything that it names is read and checked, but no plugin is run. */
export async function accessOf(
  { config, source }: FoundConfig,
  options: KubeLoadOptions,
  host: LazyHost,
): Promise<KubeAccess> {
  const name = options.context ?? config.currentContext;
  if (name === undefined) {
    throw source.error("it names no current-context", `Pass context: ${namesOf(config.contexts)}`);
  }
  const context = entry(source, "context", config.contexts, name);
  const cluster = entry(source, "cluster", config.clusters, context.text("cluster") ?? "");
  const userName = context.text("user");
  const user = userName === undefined ? undefined : entry(source, "user", config.users, userName);
  const read = await readCluster(cluster, host);
  const { server, tls, compress } = read;
  const identity = user && await readUser(user, {
    host,
    cluster: clusterInfo(cluster, read),
    pluginTimeoutMs: options.pluginTimeoutMs ?? PLUGIN_TIMEOUT_MS,
  });
  options.signal?.throwIfAborted();
  return {
    server,
    tls,
    compress,
    namespace: options.namespace ?? context.text("namespace") ?? "default",
    // As in kubectl, nothing secret goes over plain HTTP.
    credentials: credentialsOf(
      server.startsWith("https:") ? identity : undefined,
      user ? impersonationHeaders(user) : [],
    ),
  };
}

function credentialsOf(
  identity: IdentitySource | undefined,
  impersonation: KubeCredentials["headers"],
): KubeAccess["credentials"] {
  const credentials = ({ authorization, ...certificate }: Identity): KubeCredentials => {
    const first = authorization === undefined ? [] : [["Authorization", authorization] as const];
    return { headers: [...first, ...impersonation], ...certificate };
  };
  return async ({ refused, signal } = {}) => {
    signal?.throwIfAborted();
    const now = credentials(await identity?.({ renew: false, signal }) ?? {});
    // Of several requests that were refused at a time, one renews for all.
    if (!refused || !sameCredentials(now, refused)) return now;
    const isRefused = (one: Identity) => sameCredentials(credentials(one), refused);
    return credentials(await identity?.({ renew: true, isRefused, signal }) ?? {});
  };
}

function entry(source: ConfigSource, kind: string, entries: ReadonlyMap<string, Fields>, name: string): Fields {
  const found = entries.get(name);
  if (found) return found;
  const reason = name === "" ? `its context names no ${kind}` : `it has no ${kind} "${name}"`;
  throw source.error(reason, `It has these of that kind: ${namesOf(entries)}`);
}

function namesOf(entries: ReadonlyMap<string, Fields>): string {
  return Array.from(entries.keys(), (name) => `"${name}"`).join(", ") || "none";
}

/** What is told to a plugin that asks for it; what is not set is left out. */
function clusterInfo(fields: Fields, { server, tls }: Cluster): ClusterInfo {
  const extension = fields.maps("extensions").find((item) => item.text("name") === PLUGIN_EXTENSION);
  const optional = {
    "tls-server-name": tls.serverName,
    "insecure-skip-tls-verify": tls.insecure || undefined,
    "certificate-authority-data": tls.ca && toBase64(tls.ca),
    "proxy-url": tls.proxyUrl,
    "disable-compression": fields.flag("disable-compression") || undefined,
    config: extension?.raw("extension"),
  };
  return { server, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) };
}
