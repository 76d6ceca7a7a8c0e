/** A container, as {@linkcode FakePods} is told it. */
export interface FakePodRef {
  /** The name of its Pod. */
  pod: string;
  /**
   * The Pod's namespace.
   *
   * @default {"default"}
   */
  namespace?: string | undefined;
  /**
   * Its name.
   *
   * @default {the first one of the Pod}
   */
  container?: string | undefined;
}

/** A node of a {@linkcode FakeKube}. */
export interface FakeKubeNode {
  /** The name that Pods have as `spec.nodeName`. */
  name: string;
  /**
   * Whether its kubelet takes WebSockets of `v5.channel.k8s.io` itself, as those from 1.36 on do. Otherwise the API server
   * translates them, and says yes before it knows whether there is such a container.
   *
   * @default {true}
   */
  webSockets?: boolean | undefined;
}

/**
 * What is in the Pods of a {@linkcode FakeKube}: each container is a directory of this machine, and what `exec` runs
 * there are processes of this machine, with the rights of this program.
 *
 * A Pod is one as a kubelet left it: it has a `spec.nodeName`, and its status says that its containers run, or that its
 * phase is `Running` where it says nothing of them. Paths are this machine's, so that commands are to use names below the
 * directory that they start in. Ports are those of 127.0.0.1. A client that goes away does not end its command, as in
 * a cluster: that ends with its Pod, its node, or the fake.
 *
 * @example A command in a Pod
 * ```ts
 * import { KubeClient } from "@kruise-agents/runtime/k8s";
 * import { startFakeKube } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 * import { writeFile } from "node:fs/promises";
 *
 * const box = {
 *   apiVersion: "v1",
 *   kind: "Pod",
 *   metadata: { name: "box" },
 *   spec: { nodeName: "here", containers: [{ name: "main" }] },
 *   status: { phase: "Running" },
 * };
 * await using kube = await startFakeKube({ objects: [box] });
 * await using listener = await kube.listen();
 * await using client = await KubeClient.fromConfig(listener.config);
 * await writeFile(`${await kube.pods.directory({ pod: "box" })}/greeting`, "hello\n");
 * await using command = await client.exec({ pod: "box" }, ["cat", "greeting"]);
 * assertEquals((await command.wait()).stdout, "hello\n");
 * ```
 */
export interface FakePods {
  /** How many commands run. */
  readonly running: number;
  /**
   * The directory of a container, in which commands start. It is made when it is needed, and removed with the fake.
   *
   * @param container Whose.
   * @throws {TypeError} When there is no such Pod or container.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   * import { readdir } from "node:fs/promises";
   *
   * const box = {
   *   apiVersion: "v1",
   *   kind: "Pod",
   *   metadata: { name: "box" },
   *   spec: { nodeName: "here", containers: [{ name: "main" }] },
   *   status: { phase: "Running" },
   * };
   * await using kube = await startFakeKube({ objects: [box] });
   * assertEquals(await readdir(await kube.pods.directory({ pod: "box" })), []);
   * ```
   */
  directory(container: FakePodRef): Promise<string>;
  /**
   * Puts something into a container's log, as if its main process had printed it. Those who follow the log get it.
   *
   * @param container Whose log.
   * @param output Bytes, or text; a line ends with a newline.
   * @throws {TypeError} When there is no such Pod or container.
   *
   * @example
   * ```ts
   * import { KubeClient } from "@kruise-agents/runtime/k8s";
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const box = {
   *   apiVersion: "v1",
   *   kind: "Pod",
   *   metadata: { name: "box" },
   *   spec: { nodeName: "here", containers: [{ name: "main" }] },
   *   status: { phase: "Running" },
   * };
   * await using kube = await startFakeKube({ objects: [box] });
   * kube.pods.print({ pod: "box" }, "one\ntwo\n");
   * await using client = await KubeClient.fromConfig(kube.config, { fetch: kube.fetch });
   * const log = await client.request("/api/v1/namespaces/default/pods/box/log", { query: { tailLines: 1 } });
   * assertEquals(await log.text(), "two\n");
   * ```
   */
  print(container: FakePodRef, output: string | Uint8Array): void;
  /**
   * Ends a container's main process: whoever follows its log comes to its end.
   *
   * @param container Whose.
   * @param options `restart`: another one is started, with an empty log; the log until now is the `previous` one.
   * @default {options: {restart: false}}
   * @throws {TypeError} When there is no such Pod or container.
   *
   * @example
   * ```ts
   * import { KubeClient } from "@kruise-agents/runtime/k8s";
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const box = {
   *   apiVersion: "v1",
   *   kind: "Pod",
   *   metadata: { name: "box" },
   *   spec: { nodeName: "here", containers: [{ name: "main" }] },
   *   status: { phase: "Running" },
   * };
   * await using kube = await startFakeKube({ objects: [box] });
   * kube.pods.print({ pod: "box" }, "panic\n");
   * kube.pods.exit({ pod: "box" }, { restart: true });
   * await using client = await KubeClient.fromConfig(kube.config, { fetch: kube.fetch });
   * const log = await client.request("/api/v1/namespaces/default/pods/box/log", { query: { previous: true } });
   * assertEquals(await log.text(), "panic\n");
   * ```
   */
  exit(container: FakePodRef, options?: { restart?: boolean | undefined }): void;
  /**
   * Stops a node: its commands die and its connections break, and nobody reaches it until it is started again.
   *
   * @param name Which one.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * kube.pods.stopNode("here");
   * assertEquals(kube.pods.running, 0);
   * ```
   */
  stopNode(name: string): void;
  /**
   * Starts a node again that was stopped.
   *
   * @param name Which one.
   *
   * @example
   * ```ts
   * import { startFakeKube } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using kube = await startFakeKube();
   * kube.pods.stopNode("here");
   * kube.pods.startNode("here");
   * assertEquals(kube.pods.running, 0);
   * ```
   */
  startNode(name: string): void;
}
