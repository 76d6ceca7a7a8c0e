import type { KubeConfigAttempt } from "../../../mod.ts";
import { readVariable } from "./find_config.ts";
import { hostReason, type KubeHost } from "./host.ts";
import { isToken } from "./identity.ts";
import { configError } from "./source.ts";
import type { KubeTls } from "./kube_access.ts";

const DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount";
const SOURCE = "the service account of this pod";

/** What a pod is given to reach its cluster's API server. */
export interface ServiceAccount {
  readonly server: string;
  readonly namespace: string;
  readonly tls: KubeTls;
  /** The path of the token, which is replaced while the pod lives. */
  readonly tokenFile: string;
  /** The token as it is now. */
  readonly token: string;
}

/** Reads what the pod was given. Undefined outside of a pod; `tried` then tells. */
export async function findServiceAccount(
  host: KubeHost,
  tried: KubeConfigAttempt[],
  signal: AbortSignal | undefined,
): Promise<ServiceAccount | undefined> {
  const name = readVariable(host, "KUBERNETES_SERVICE_HOST", tried);
  const port = readVariable(host, "KUBERNETES_SERVICE_PORT", tried);
  if (name === undefined || port === undefined) {
    tried.push({ source: SOURCE, reason: "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set" });
    return undefined;
  }
  const tokenFile = `${DIRECTORY}/token`;
  const token = (await readOf(host, tokenFile, tried)).trim();
  if (!isToken(token)) {
    const reason = "it holds no token";
    throw configError(`Cannot use Kubernetes configuration from ${SOURCE}: ${reason}`, [...tried, {
      source: `${SOURCE}, "${tokenFile}"`,
      reason,
    }], NO_ACCOUNT);
  }
  // Without it any authority that the runtime trusts could speak for the cluster.
  const ca = await readOf(host, `${DIRECTORY}/ca.crt`, tried);
  const namespace = readVariable(host, "POD_NAMESPACE", tried) ??
    (await host.readText(`${DIRECTORY}/namespace`).catch(() => "")).trim();
  signal?.throwIfAborted();
  const address = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
  return {
    server: `https://${address}:${port}`,
    namespace: namespace || "default",
    tls: { ca, insecure: false },
    tokenFile,
    token,
  };
}

async function readOf(host: KubeHost, path: string, tried: KubeConfigAttempt[]): Promise<string> {
  return await host.readText(path).catch((error) => {
    const source = `${SOURCE}, "${path}"`;
    tried.push({ source, reason: hostReason(error) });
    throw configError(`Cannot use Kubernetes configuration from ${source}: ${hostReason(error)}`, tried, NO_ACCOUNT);
  });
}

const NO_ACCOUNT = "Give the pod a service account with automountServiceAccountToken, and on Deno --allow-read; " +
  "or pass the path of a kubeconfig";
