import type { FakeKubeClock } from "../call.ts";
import type { Containers } from "./containers.ts";
import type { FakeKubeNode, FakePodRef, FakePods } from "./fake_pods.ts";
import { LogBook } from "./log_book.ts";
import { Nodes } from "./nodes.ts";
import { type ContainerRef, findPod, type PodSource } from "./pod_lookup.ts";

/** Everything that is in Pods. */
export class PodHouse implements FakePods {
  readonly source: PodSource;
  readonly clock: FakeKubeClock;
  readonly nodes: Nodes;
  readonly #books = new Map<string, { readonly ref: ContainerRef; readonly book: LogBook }>();
  readonly #stopWatching: () => void;
  #containers: Promise<Containers> | undefined;
  #started: Containers | undefined;

  constructor(source: PodSource, clock: FakeKubeClock, nodes: readonly FakeKubeNode[]) {
    for (const { name, webSockets } of nodes) {
      if (typeof name !== "string" || name === "") throw new TypeError("Cannot start a fake API: a node has no name");
      if (webSockets === undefined || typeof webSockets === "boolean") continue;
      throw new TypeError(`Cannot start a fake API: "webSockets" of the node "${name}" must be true or false`);
    }
    this.source = source;
    this.clock = clock;
    this.nodes = new Nodes(nodes.filter(({ webSockets }) => webSockets === false).map(({ name }) => name));
    this.#stopWatching = source.store.onChange(() => this.#clear());
  }

  get running(): number {
    return this.#started?.running ?? 0;
  }

  /** Where commands run. Loaded when it is needed: not every engine has processes. */
  containers(): Promise<Containers> {
    return this.#containers ??= import("./containers.ts").then(({ Containers }) => this.#started = new Containers());
  }

  /** The log of a container. */
  book(ref: ContainerRef): LogBook {
    const key = `${ref.pod.uid}/${ref.container}`;
    const known = this.#books.get(key);
    if (known !== undefined) return known.book;
    const book = new LogBook(this.clock);
    this.#books.set(key, { ref, book });
    return book;
  }

  async directory(container: FakePodRef): Promise<string> {
    const ref = this.#find(container);
    return await (await this.containers()).directory(ref);
  }

  print(container: FakePodRef, output: string | Uint8Array): void {
    this.book(this.#find(container)).print(output);
  }

  exit(container: FakePodRef, { restart = false }: { restart?: boolean | undefined } = {}): void {
    const book = this.book(this.#find(container));
    if (restart) book.restart();
    else book.exit();
  }

  stopNode(name: string): void {
    this.nodes.stop(name);
    this.#started?.kill(({ pod }) => pod.node === name);
    for (const { ref, book } of this.#books.values()) if (ref.pod.node === name) book.cut();
  }

  startNode(name: string): void {
    this.nodes.start(name);
  }

  async close(): Promise<void> {
    this.#stopWatching();
    for (const { book } of this.#books.values()) book.exit();
    await (await this.#containers)?.close();
  }

  #find({ pod: name, namespace = "default", container }: FakePodRef): ContainerRef {
    const pod = findPod(this.source, namespace, name);
    if (pod === undefined) throw new TypeError(`There is no Pod "${name}" in "${namespace}"`);
    const chosen = container ?? pod.usual[0];
    if (chosen !== undefined && pod.containers.includes(chosen)) return { pod, container: chosen };
    throw new TypeError(`There is no container "${container ?? ""}" in the Pod "${name}"`);
  }

  /** Ends what was in Pods that are no more. */
  #clear(): void {
    const isGone = ({ pod: { namespace, name, uid } }: ContainerRef) =>
      findPod(this.source, namespace, name)?.uid !== uid;
    this.#started?.kill(isGone);
    for (const [key, { ref, book }] of this.#books) {
      if (!isGone(ref)) continue;
      book.exit();
      this.#books.delete(key);
    }
  }
}
