/** What happens to the objects: the same each time, and made as it is asked for. */

/** An object of the API, as far as this makes or changes it. */
export interface Sandbox {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: unknown;
  readonly status: Readonly<Record<string, unknown>>;
}

/** What whoever follows must have been told, and must hold at the end. */
export interface Account {
  readonly ADDED: number;
  readonly MODIFIED: number;
  readonly DELETED: number;
  /** The sum of the versions of all changes. */
  readonly versions: number;
  /** How many objects there are. */
  readonly objects: number;
  /** The sum of their versions. */
  readonly held: number;
}

/** The version that the list has. The first change has the next one. */
export const FIRST_VERSION = 1_000_000;

/** The one that is modified comes from all over the list. */
const STRIDE = 7919;

/** One recorded sandbox, as often as wanted: each with a name, an identity, an address and a token of its own. */
export function sandbox(recorded: Sandbox, index: number, version: number): Sandbox {
  const id = index.toString(16).padStart(12, "0");
  const podInfo = { nodeName: `node-${index % 100}`, podIP: `10.${index >> 16}.${index >> 8 & 255}.${index & 255}` };
  return {
    ...recorded,
    metadata: {
      ...recorded.metadata,
      annotations: { "agents.kruise.io/runtime-access-token": `00000000-0000-4000-8000-${id}` },
      name: `sandbox-${index}`,
      namespace: "bench",
      resourceVersion: String(version),
      uid: `690b05b7-aa77-41b5-94cf-${id}`,
    },
    status: { ...recorded.status, podInfo: { ...podInfo, podUID: `1f0c7f3a-5a34-4a0f-9a43-${id}` } },
  };
}

/** Objects that change: of ten changes one makes an object, one deletes one, the others modify one. */
export class Changes {
  readonly #recorded: Sandbox;
  /** The versions of the objects by index; what is deleted has none. */
  readonly #versions: (number | undefined)[];
  readonly #told = { ADDED: 0, MODIFIED: 0, DELETED: 0, versions: 0 };
  #count = 0;

  /** Begins with so many objects. */
  constructor(recorded: Sandbox, objects: number) {
    this.#recorded = recorded;
    this.#versions = Array.from({ length: objects }, (_, index) => FIRST_VERSION - objects + index);
  }

  /** The next change, as a line of a watch. */
  next(): string {
    const version = FIRST_VERSION + ++this.#count;
    const type = this.#count % 10 === 0 ? "ADDED" : this.#count % 10 === 5 ? "DELETED" : "MODIFIED";
    const index = type === "ADDED" ? this.#versions.length : this.#existing();
    this.#versions[index] = type === "DELETED" ? undefined : version;
    this.#told[type]++;
    this.#told.versions += version;
    return `${JSON.stringify({ type, object: sandbox(this.#recorded, index, version) })}\n`;
  }

  /** What all of them come to so far. */
  account(): Account {
    const held = this.#versions.filter((version) => version !== undefined);
    return { ...this.#told, objects: held.length, held: held.reduce((sum, version) => sum + version, 0) };
  }

  #existing(): number {
    let index = this.#count * STRIDE % this.#versions.length;
    while (this.#versions[index] === undefined) index = (index + 1) % this.#versions.length;
    return index;
  }
}
