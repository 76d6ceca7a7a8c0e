// One object: every call to one API server begins with it; what the calls do is elsewhere.
import type { KubeAccess } from "../config/kube_access.ts";
import { accessFromConfig, inClusterAccess, loadKubeConfig } from "../config/load_config.ts";
import type { KubeConfig, KubeLoadOptions } from "../config/load_options.ts";
import { kubeFetch } from "../transport/kube_fetch.ts";
import type { KubeTransport } from "../transport/kube_transport.ts";
import type { KubeEvent, KubeObject, Namespace, Pod, Sandbox, SandboxClaim, SandboxSet } from "../types.ts";
import { createResource } from "./create_resource.ts";
import type { Bytes } from "../../streams/bytes.ts";
import { type Clock, systemClock } from "./limits.ts";
import { checkApi, checkNamespace, type ResourceApi } from "./names.ts";
import type { ExecHandle, ExecOptions } from "../pods/exec/exec_handle.ts";
import type { CopyFromOptions, CopyToFiles, CopyToOptions } from "../pods/copy/copy_options.ts";
import { openForward } from "../pods/forward/open_forward.ts";
import type { PodForward } from "../pods/forward/pod_forward.ts";
import type { LogOptions } from "../pods/logs/log_options.ts";
import type { PodCalls, PodTarget } from "../pods/target.ts";
import { type KubeRequestInit, rawRequest } from "./raw_request.ts";
import { Requester } from "./requester.ts";
import type { Resource } from "./resource.ts";

/** What the kinds of the platform have in common. */
export const AGENTS = { group: "agents.kruise.io", version: "v1alpha1", namespaced: true } as const;
const CORE = { group: "", version: "v1" } as const;

interface ClientParts {
  readonly access: KubeAccess;
  readonly transport: KubeTransport;
  readonly clock: Clock;
}

let make: (access: KubeAccess, transport: KubeTransport, clock: Clock) => KubeClient;
let reach: (kube: KubeClient) => Requester;

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

/** What makes a client's requests, for the rooms that are built on it. */
export function requesterOf(kube: KubeClient): Requester {
  if (kube instanceof KubeClient) return reach(kube);
  throw new TypeError("Cannot use this as a KubeClient: pass what KubeClient.load() gives");
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
    reach = (kube) => kube.#requester;
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

  /**
   * Unpacks a tar stream in a container, by the `tar` there: modes, times and links as they are in it. Every member is
   * checked before anything of it is sent: one whose name is absolute or has `..` in it, a link that leads out, or a device
   * ends the copy.
   *
   * An image without tar gets files and directories by `cat`, one command for each.
   *
   * @param target Which container.
   * @param files The archive, and the directory that it is unpacked in.
   * @param options Limits, progress, and what is let through.
   *
   * @throws {InvalidArgumentError} `invalid_argument`: the archive is none, is cut off, or not safe.
   * `not_a_directory`: `to` is something else.
   * @throws {SandboxError} `no_space`: the container's disk is full; some of it may be there.
   * @throws {AuthenticationError} `forbidden`: the container's user may not write there.
   * @throws {DisconnectedError} When the connection was lost; some of it may be there.
   * @throws {UnsupportedError} When the image has no `sh`, or neither a `tar` nor what can do without.
   * @throws {CommandExitError} When the container's tar fails for another reason.
   *
   * @example From one pod to another
   * ```ts
   * import type { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function move(kube: KubeClient, one: string, other: string): Promise<void> {
   *   await kube.copyTo({ pod: other }, { from: await kube.copyFrom({ pod: one }, "/work"), to: "/" });
   * }
   * ```
   */
  async copyTo(target: PodTarget, files: CopyToFiles, options: CopyToOptions = {}): Promise<void> {
    const { copyToPod } = await import("../pods/copy/pod_copies.ts");
    await copyToPod(this.#pods, target, files, options);
  }

  /**
   * Packs a file or a directory of a container as a tar stream, by the `tar` there. Its members are named by the last
   * segment of the path, and checked: no name is absolute or has `..` in it, and none goes through a link.
   *
   * An image without tar gives single files, by `cat`.
   *
   * @param target Which container.
   * @param path The path; one that ends in `/.` means what is in the directory.
   * @param options Limits, progress, and what is let through.
   * @returns The archive. It fails with a `DisconnectedError` where it is cut, and with what the container's tar says where
   * it could not read everything: an end without an error is a whole archive.
   *
   * @throws {NotFoundError} `file_not_found`: there is nothing of that name.
   * @throws {AuthenticationError} `forbidden`: the container's user may not read it.
   * @throws {UnsupportedError} When the image has no `sh`, or no `tar` and the path is no single file.
   *
   * @example
   * ```ts
   * import type { KubeClient } from "@kruise-agents/runtime/k8s";
   * import { writeFile } from "node:fs/promises";
   *
   * async function save(kube: KubeClient, pod: string): Promise<void> {
   *   await writeFile("work.tar", await kube.copyFrom({ pod }, "/work"));
   * }
   * ```
   */
  async copyFrom(target: PodTarget, path: string, options: CopyFromOptions = {}): Promise<ReadableStream<Bytes>> {
    const { copyFromPod } = await import("../pods/copy/pod_copies.ts");
    return await copyFromPod(this.#pods, target, path, options);
  }

  /**
   * Reads what a container's main process has printed, standard output and standard error together. `logLines` makes lines
   * of it.
   *
   * @param target Which container.
   * @param options Which part, and whether the stream goes on. `timeoutMs` ends when the answer begins, and `signal` when
   * the stream has ended.
   * @returns The bytes. They fail with a `DisconnectedError` where the connection is lost.
   *
   * @throws {KubeStatusError} When the server refuses: there is no such pod or container, or it has not started yet.
   *
   * @example
   * ```ts
   * import { type KubeClient, logLines } from "@kruise-agents/runtime/k8s";
   *
   * async function printLog(kube: KubeClient, pod: string): Promise<void> {
   *   const log = await kube.logs({ pod }, { follow: true, tailLines: 100 });
   *   for await (const line of logLines(log)) console.log(line);
   * }
   * ```
   */
  async logs(target: PodTarget, options: LogOptions = {}): Promise<ReadableStream<Bytes>> {
    const { logs } = await import("../pods/logs/logs.ts");
    return await logs(this.#pods, target, options);
  }

  /**
   * Gives connections to a port of a pod. Nothing is opened yet.
   *
   * @param target Which pod; all containers of it have the same ports.
   * @param port The port.
   * @returns What opens connections, and closes them.
   *
   * @throws {TypeError} When the target or the port is none.
   * @throws {RangeError} When there can be none of that name or number.
   *
   * @example
   * ```ts
   * import type { KubeClient } from "@kruise-agents/runtime/k8s";
   *
   * async function page(kube: KubeClient, pod: string): Promise<string> {
   *   await using forward = kube.portForward({ pod }, 8080);
   *   const response = await fetch(`http://${await forward.listen()}/`);
   *   return await response.text();
   * }
   * ```
   */
  portForward(target: PodTarget, port: number): PodForward {
    return openForward(this.#pods, target, port);
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
