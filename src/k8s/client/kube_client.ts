import type { KubeAccess } from "../config/kube_access.ts";
import { accessFromConfig, inClusterAccess, loadKubeConfig } from "../config/load_config.ts";
import type { KubeConfig, KubeLoadOptions } from "../config/load_options.ts";
import { kubeFetch } from "../transport/kube_fetch.ts";
import type { KubeTransport } from "../transport/kube_transport.ts";
import type { KubeEvent, KubeObject, Namespace, Pod, Sandbox, SandboxClaim, SandboxSet } from "../types.ts";
import { createResource } from "./create_resource.ts";
import { type Clock, systemClock } from "./limits.ts";
import { checkApi, checkNamespace, type ResourceApi } from "./names.ts";
import type { ExecHandle, ExecOptions } from "../pods/exec/exec_handle.ts";
import type { PodCalls, PodTarget } from "../pods/target.ts";
import { type KubeRequestInit, rawRequest } from "./raw_request.ts";
import { Requester } from "./requester.ts";
import type { Resource } from "./resource.ts";

const AGENTS = { group: "agents.kruise.io", version: "v1alpha1", namespaced: true } as const;
const CORE = { group: "", version: "v1" } as const;

interface ClientParts {
  readonly access: KubeAccess;
  readonly transport: KubeTransport;
  readonly clock: Clock;
}

let make: (access: KubeAccess, transport: KubeTransport, clock: Clock) => KubeClient;

function connect(access: KubeAccess, { fetch }: KubeLoadOptions): KubeClient {
  return createKubeClient(access, kubeFetch(access, fetch));
}

/** A client of an access that is known already. */
export function createKubeClient(
  access: KubeAccess,
  transport: KubeTransport,
  clock: Clock = systemClock,
): KubeClient {
  return make(access, transport, clock);
}

/**
 * A client of one Kubernetes API server.
 *
 * Everywhere a namespace can be given, absent means the client's own, and `""` all of them.
 */
export class KubeClient implements AsyncDisposable {
  readonly #requester: Requester;
  /** URL of the API server, without a slash at its end. */
  readonly server: string;
  /** The namespace of calls that name none. */
  readonly namespace: string;

  static {
    make = (access, transport, clock) => new KubeClient({ access, transport, clock });
  }

  private constructor(parts?: ClientParts) {
    // In JavaScript it can be called.
    if (parts === undefined) throw new TypeError("Cannot make a KubeClient by new: use KubeClient.load()");
    const { access, transport, clock } = parts;
    this.#requester = new Requester(access, transport, clock);
    this.server = access.server;
    this.namespace = access.namespace;
  }

  /**
   * Finds the configuration as `kubectl` does: the path that is given, the files of `KUBECONFIG`, `~/.kube/config`, the
   * service account of the pod. No request is made yet.
   *
   * @param options Which configuration, and how the server is reached.
   * @returns The client.
   *
   * @throws {KubeConfigError} When there is none, or one that cannot be used; `tried` lists every place.
   *
   * @example The pods of all namespaces
   * ```ts
   * import { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function printPods(): Promise<void> {
   *   await using kube = await KubeClient.load();
   *   for await (const { metadata } of kube.pods("").listAll()) console.log(metadata.namespace, metadata.name);
   * }
   * ```
   */
  static async load(options: KubeLoadOptions = {}): Promise<KubeClient> {
    return connect(await loadKubeConfig(options), options);
  }

  /**
   * Takes the service account of the pod that this runs in, and looks nowhere else.
   *
   * @param options Namespace, and how the server is reached.
   * @returns The client.
   *
   * @throws {KubeConfigError} When this is no pod, or one without a service account.
   *
   * @example
   * ```ts
   * import { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function ownNamespace(): Promise<string> {
   *   await using kube = await KubeClient.inCluster();
   *   return kube.namespace;
   * }
   * ```
   */
  static async inCluster(options: KubeLoadOptions = {}): Promise<KubeClient> {
    return connect(await inClusterAccess(options), options);
  }

  /**
   * Takes a kubeconfig that is an object already.
   *
   * @param config What the YAML of a kubeconfig says.
   * @param options Which context, and how the server is reached.
   * @returns The client.
   *
   * @throws {TypeError} When it is no object.
   * @throws {KubeConfigError} When it cannot be used.
   *
   * @example
   * ```ts
   * import { KubeClient } from "@kruise-agents/runtime/k8s";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await KubeClient.fromConfig({
   *   clusters: [{ name: "proxy", cluster: { server: "http://127.0.0.1:8001" } }], // kubectl proxy
   *   contexts: [{ name: "proxy", context: { cluster: "proxy", namespace: "agents" } }],
   *   "current-context": "proxy",
   * });
   * assertEquals([kube.server, kube.namespace], ["http://127.0.0.1:8001", "agents"]);
   * ```
   */
  static async fromConfig(config: KubeConfig, options: KubeLoadOptions = {}): Promise<KubeClient> {
    return connect(await accessFromConfig(config, options), options);
  }

  /**
   * Makes a request to any path of the API server, as for everything that has no method here. What the server refuses
   * rejects, as everywhere; `timeoutMs` ends when the answer begins, and `signal` when its body ended.
   *
   * @param path The path under the server, beginning with a slash; it may have a query.
   * @param init Method, body, and limits.
   * @returns The answer, with a status of 2xx.
   *
   * @throws {TypeError} When the path or the body is none.
   * @throws {RangeError} When the path or the method cannot be used.
   *
   * @example
   * ```ts
   * import type { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function version(kube: KubeClient): Promise<string> {
   *   const { gitVersion } = await (await kube.request("/version")).json();
   *   return gitVersion;
   * }
   * ```
   */
  async request(path: string, init: KubeRequestInit = {}): Promise<Response> {
    return await this.#requester.open(rawRequest(path, init), init);
  }

  /**
   * The objects of any kind.
   *
   * @param api Group, version and plural, as `kubectl api-resources` shows them.
   * @param namespace Where.
   * @returns The calls about them. Nothing is asked yet, not even whether there is such a kind.
   *
   * @throws {TypeError} When a part is missing, or a namespace is given for what is in none.
   * @throws {RangeError} When there can be none of such a name.
   *
   * @example
   * ```ts
   * import type { KubeClient, KubeObject, Resource } from "@kruise-agents/runtime/k8s";
   *
   * interface ConfigMap extends KubeObject {
   *   data?: Record<string, string>;
   * }
   * function configMaps(kube: KubeClient, namespace?: string): Resource<ConfigMap> {
   *   return kube.resource({ group: "", version: "v1", plural: "configmaps", namespaced: true }, namespace);
   * }
   * ```
   */
  resource<T extends KubeObject>(api: ResourceApi, namespace?: string): Resource<T> {
    const checked = checkApi(api);
    if (namespace !== undefined && namespace !== "") checkNamespace(namespace);
    if (!checked.namespaced && namespace) {
      throw new TypeError(`Cannot use a namespace for ${checked.plural}: they are in none`);
    }
    const chosen = checked.namespaced ? namespace ?? this.namespace : "";
    return createResource<T>(this.#requester, { api: checked, namespace: chosen });
  }

  /** Pods. */
  pods(namespace?: string): Resource<Pod> {
    return this.resource({ ...CORE, plural: "pods", namespaced: true }, namespace);
  }

  /** What happened to objects. */
  events(namespace?: string): Resource<KubeEvent> {
    return this.resource({ ...CORE, plural: "events", namespaced: true }, namespace);
  }

  /** Namespaces. */
  namespaces(): Resource<Namespace> {
    return this.resource({ ...CORE, plural: "namespaces", namespaced: false });
  }

  /** Sandboxes. */
  sandboxes(namespace?: string): Resource<Sandbox> {
    return this.resource({ ...AGENTS, plural: "sandboxes" }, namespace);
  }

  /** Claims of sandboxes. */
  sandboxClaims(namespace?: string): Resource<SandboxClaim> {
    return this.resource({ ...AGENTS, plural: "sandboxclaims" }, namespace);
  }

  /** Pools of sandboxes. */
  sandboxSets(namespace?: string): Resource<SandboxSet> {
    return this.resource({ ...AGENTS, plural: "sandboxsets" }, namespace);
  }

  /**
   * Runs a command in a container of a pod, as `kubectl exec` does.
   *
   * @param target Which container.
   * @param command The program and its arguments; no shell reads them.
   * @param options Input, terminal, and whether its end is proven.
   * @returns The command. It is not ended by losing this.
   *
   * @throws {TypeError | RangeError} When an argument cannot be used.
   * @throws {KubeStatusError} When the server refuses; the `hint` says what to grant, or what keeps the container away.
   * @throws {UnsupportedError} When the server or the runtime cannot do it.
   *
   * @example What a command prints
   * ```ts
   * import type { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function hostname(kube: KubeClient, pod: string): Promise<string> {
   *   await using exec = await kube.exec({ pod }, ["hostname"]);
   *   const { stdout } = await exec.wait();
   *   return stdout.trim();
   * }
   * ```
   */
  async exec(target: PodTarget, command: readonly string[], options: ExecOptions = {}): Promise<ExecHandle> {
    const { exec } = await import("../pods/exec/exec.ts");
    return await exec(this.#pods, target, command, options);
  }

  /** What calls about pods are made by. */
  get #pods(): PodCalls {
    return { requester: this.#requester, namespace: this.namespace };
  }

  /** Ends what is under way, and closes the connections. */
  async close(): Promise<void> {
    await this.#requester.close();
  }

  /** As `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
