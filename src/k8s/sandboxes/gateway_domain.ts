import { loadHost } from "../config/host.ts";

/** Where the gateway of a cluster is for who is in it. */
const INSIDE = "sandbox-gateway.sandbox-system.svc:7788";

/** The API server's names inside of its cluster. */
const API_SERVER = /^kubernetes(\.default(\.svc(\..+)?)?)?$/;

/** The address of the cluster's API server that every pod is told; absent outside of pods. */
async function ownApiServer(): Promise<string | undefined> {
  try {
    const host = await loadHost("look whether this is a pod");
    const name = host.env("KUBERNETES_SERVICE_HOST");
    const port = host.env("KUBERNETES_SERVICE_PORT");
    if (name === undefined || port === undefined) return undefined;
    return new URL(`https://${name.includes(":") && !name.startsWith("[") ? `[${name}]` : name}:${port}`).host;
  } catch {
    return undefined; // Who may not look, or has no environment, says where the gateway is.
  }
}

/** Finds the gateway where the caller names none: that of the cluster whose pod this program runs in. */
export class GatewayDomain {
  readonly #apiServer: string;

  private constructor(apiServer: string) {
    this.#apiServer = apiServer;
  }

  /**
   * Looks whether this is a pod.
   *
   * @throws {TypeError} When it is none.
   */
  static async find(): Promise<GatewayDomain> {
    const apiServer = await ownApiServer();
    if (apiServer === undefined) throw unknown("this program runs in no pod of its cluster");
    return new GatewayDomain(apiServer);
  }

  /** The gateway of this pod's cluster. */
  get own(): string {
    return INSIDE;
  }

  /**
   * The gateway of the cluster with this API server. Configuration that is found in a pod may well be another cluster's.
   *
   * @throws {TypeError} When that is another one than this pod's.
   */
  of(server: string): string {
    const { host, hostname } = new URL(server);
    if (host === this.#apiServer || API_SERVER.test(hostname)) return INSIDE;
    throw unknown("this pod is in another cluster than the sandbox");
  }
}

function unknown(reason: string): TypeError {
  return new TypeError(
    `Cannot tell where the sandbox gateway is, as ${reason}: pass domain, its host and port, which ` +
      '"kubectl port-forward --namespace sandbox-system service/sandbox-gateway 7788" makes 127.0.0.1:7788; ' +
      "or sandboxBaseUrl",
  );
}
