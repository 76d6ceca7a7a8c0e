import type { Fetch } from "../../../mod.ts";
import type { KubeConfig, KubeObject } from "../../k8s/mod.ts";
import type { FakeKubeFault, FakeKubeRequest } from "./fake_kube_fault.ts";
import type { FakeKubeListener, FakeKubeListenOptions } from "./fake_kube_listener.ts";
import type { FakeKubeObject, FakeKubeOptions } from "./fake_kube_options.ts";
import type { FakePods } from "./pods/fake_pods.ts";

/**
 * A Kubernetes API in this program, with its objects in memory: what kube-apiserver 1.37 does for a client, but
 * nothing that controllers do. Nobody makes a Sandbox run: {@linkcode FakeKube.write} does it in their place.
 *
 * It has Pods, Namespaces, Events and the kinds of `agents.kruise.io/v1alpha1`, and knows get, list, watch, create,
 * update, patch (merge, JSON, apply), delete and deletecollection, their options, `status`, `scale`, rights and errors.
 * Of those kinds, it knows the fields of Sandbox, SandboxSet and SandboxClaim, fills in their defaults and refuses what
 * is not valid; all others may have any fields. It answers strategic merge patches, YAML and what else it does not
 * understand with 415, protobuf with 406, and attach with 404.
 *
 * `exec`, `log` and `portforward` are served by this machine: {@linkcode FakePods} says how. Exec and port-forward take a
 * WebSocket, and so {@linkcode FakeKube.listen}. What listens is a kubelet, too: `/exec/NAMESPACE/POD/CONTAINER`,
 * `/portForward/NAMESPACE/POD` and `/containerLogs/NAMESPACE/POD/CONTAINER`, with a kubelet's own parameters.
 */
export interface FakeKube extends AsyncDisposable {
  /** Answers requests to any host; nothing leaves the program. */
  readonly fetch: Fetch;
  /** The kubeconfig of the first user, to be used with {@linkcode FakeKube.fetch}. */
  readonly config: KubeConfig;
  /**
   * The last 1000 requests, the oldest first.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * await kube.fetch("https://kube.test/version");
   * assertEquals(kube.requests.map(({ method, path, status }) => [method, path, status]), [["GET", "/version", 401]]);
   * ```
   */
  readonly requests: readonly FakeKubeRequest[];
  /** What is in the Pods. */
  readonly pods: FakePods;
  /** How many watches are open. */
  readonly watches: number;
  /**
   * The kubeconfig of one of the users.
   *
   * @param user The user's name.
   * @throws {RangeError} When there is no such user.
   *
   * @example Somebody who may not list
   * ```ts
   * import { isForbidden, KubeClient } from "@kruise-agents/runtime/k8s";
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assert, assertRejects } from "@std/assert";
   *
   * await using kube = await startFakeKube({
   *   users: [{ name: "admin" }, { name: "viewer", rules: [{ resources: ["sandboxes"], verbs: ["get"] }] }],
   * });
   * await using viewer = await KubeClient.fromConfig(kube.configOf("viewer"), { fetch: kube.fetch });
   * const error = await assertRejects(() => viewer.sandboxes().list());
   * assert(isForbidden(error));
   * ```
   */
  configOf(user: string): KubeConfig;
  /**
   * Listens on 127.0.0.1, on Deno, Bun and Node, besides {@linkcode FakeKube.fetch}.
   *
   * @param options The port, and a certificate for HTTPS.
   * @throws {TypeError | RangeError} When an option cannot be.
   *
   * @example
   * ```ts
   * import { KubeClient } from "@kruise-agents/runtime/k8s";
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * await using listener = await kube.listen();
   * await using client = await KubeClient.fromConfig(listener.config);
   * assertEquals((await client.sandboxes().list()).items, []);
   * ```
   */
  listen(options?: FakeKubeListenOptions): Promise<FakeKubeListener>;
  /**
   * What is there of an object, or nothing.
   *
   * @param key Its kind and its name; without a namespace, it is in `default`.
   * @throws {TypeError} When there is no such kind.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * const space = kube.get({ apiVersion: "v1", kind: "Namespace", metadata: { name: "default" } });
   * assertEquals(space?.metadata.name, "default");
   * ```
   */
  get(key: Pick<KubeObject, "apiVersion" | "kind" | "metadata">): KubeObject | undefined;
  /**
   * Puts an object there, or in the place of the one that is there, with its status and whatever its version. Watches
   * hear of it. Its namespace is made where it is missing.
   *
   * @param object The whole object; without a namespace, it is in `default`.
   * @returns How it is stored.
   * @throws {TypeError} When there is no such kind, or the API server would not take the object.
   *
   * @example What a controller would do
   * ```ts
   * import { KubeClient } from "@kruise-agents/runtime/k8s";
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * await using client = await KubeClient.fromConfig(kube.config, { fetch: kube.fetch });
   * const made = await client.sandboxes().create({
   *   apiVersion: "agents.kruise.io/v1alpha1",
   *   kind: "Sandbox",
   *   metadata: { name: "mine" },
   *   spec: {},
   * });
   * kube.write({ ...made, status: { phase: "Running" } });
   * assertEquals((await client.sandboxes().get("mine")).status?.["phase"], "Running");
   * ```
   */
  write(object: FakeKubeObject): KubeObject;
  /**
   * Takes an object out at once, whatever its finalizers.
   *
   * @param key Its kind and its name; without a namespace, it is in `default`.
   * @returns Whether it was there.
   * @throws {TypeError} When there is no such kind.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * assertEquals(kube.remove({ apiVersion: "v1", kind: "Pod", metadata: { name: "none" } }), false);
   * ```
   */
  remove(key: Pick<KubeObject, "apiVersion" | "kind" | "metadata">): boolean;
  /**
   * Plans a fault: the next request that it is for has it. Several wait in line.
   *
   * @param fault What goes wrong.
   * @throws {TypeError | RangeError} When that cannot be.
   *
   * @example An API server that has too much to do
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * kube.next({ status: 429, retryAfter: 5 });
   * const response = await kube.fetch("https://kube.test/version");
   * assertEquals([response.status, response.headers.get("retry-after")], [429, "5"]);
   * assertEquals(await response.text(), "Too many requests, please try again later.\n");
   * ```
   */
  next(fault: FakeKubeFault): void;
  /**
   * Forgets what was before, as etcd does each five minutes: watches from an older version, and the further pages of a
   * list that began before the last change, get 410.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * kube.compact();
   * assertEquals(kube.watches, 0);
   * ```
   */
  compact(): void;
  /**
   * Ends all watches, as an API server does that shuts down.
   *
   * @param code With an `ERROR` event of this code first: 410, 429 or 500, say.
   * @default {code: none}
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * kube.endWatches(410);
   * assertEquals(kube.watches, 0);
   * ```
   */
  endWatches(code?: number): void;
  /**
   * Ends everything: watches, what listens, and the commands in Pods, with their files.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertRejects } from "@std/assert";
   *
   * const kube = await startFakeKube();
   * await kube[Symbol.asyncDispose]();
   * await assertRejects(() => kube.fetch("https://kube.test/version"), TypeError);
   * ```
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a Kubernetes API to test against.
 *
 * @param options What is there, and who may do what.
 * @throws {TypeError | RangeError} When an option cannot be.
 *
 * @example
 * ```ts
 * import { KubeClient } from "@kruise-agents/runtime/k8s";
 * import { startFakeKube } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using kube = await startFakeKube({
 *   objects: [{ apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox", metadata: { name: "mine" }, spec: {} }],
 * });
 * await using client = await KubeClient.fromConfig(kube.config, { fetch: kube.fetch });
 * assertEquals((await client.sandboxes("default").get("mine")).metadata.name, "mine");
 * ```
 */
export async function startFakeKube(options: FakeKubeOptions = {}): Promise<FakeKube> {
  // Loaded when somebody starts one: whoever imports the entry for something else does without.
  const { openFakeKube } = await import("./open_fake_kube.ts");
  return openFakeKube(options);
}
