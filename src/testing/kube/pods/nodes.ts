/** A node that Pods are on. */
export interface Node {
  readonly name: string;
  /** Whether the API server translates WebSockets for it, as it does for kubelets before 1.36. */
  readonly translated: boolean;
  readonly life: Life;
}

/** Whether a node runs, and who is to hear when it stops. */
export class Life {
  readonly #listeners = new Set<() => void>();
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Calls back once it stops, unless what it gives back is called before. */
  onEnd(run: () => void): () => void {
    this.#listeners.add(run);
    return () => void this.#listeners.delete(run);
  }

  end(): void {
    this.#isOver = true;
    for (const run of [...this.#listeners]) run();
    this.#listeners.clear();
  }
}

/** Where kubelets listen; nobody is there. */
const ADDRESS = "127.0.0.1:10250";

/** The nodes that Pods name: all of them are there and run, unless somebody says otherwise. */
export class Nodes {
  readonly #lives = new Map<string, Life>();
  readonly #translated: ReadonlySet<string>;

  constructor(translated: readonly string[]) {
    this.#translated = new Set(translated);
  }

  get(name: string): Node {
    return { name, translated: this.#translated.has(name), life: this.#life(name) };
  }

  stop(name: string): void {
    this.#life(name).end();
  }

  start(name: string): void {
    if (this.#life(name).isOver) this.#lives.delete(name);
  }

  #life(name: string): Life {
    const life = this.#lives.get(name) ?? new Life();
    this.#lives.set(name, life);
    return life;
  }
}

/** What the API server's network says of a node that stopped. */
export const UNREACHABLE: string = `dial tcp ${ADDRESS}: connect: connection refused`;

/** The address of something at a node's kubelet, as messages name it. */
export function kubeletUrl(parts: readonly string[], parameters: URLSearchParams): string {
  parameters.sort();
  const query = parameters.size === 0 ? "" : `?${parameters}`;
  return JSON.stringify(`https://${ADDRESS}/${parts.join("/")}${query}`);
}
