import type { KubeObject } from "../../k8s/mod.ts";
import { withBuiltInDefaults } from "./built_in.ts";
import { type FakeKubeClock, keyOf } from "./call.ts";
import { isObject, type JsonObject, objectOf, textOf } from "./json.ts";
import { apiVersionOf, type Kind } from "./kinds.ts";
import { checkName } from "./names.ts";
import { Refusal } from "./refusal.ts";
import { fillDefaults } from "./schema_shape.ts";
import { schemaOf } from "./schemas/any.ts";
import type { Store } from "./store.ts";
import { save } from "./write.ts";

/** What names an object. */
export interface ObjectKey {
  apiVersion: string;
  kind: string;
  metadata: { name?: string; namespace?: string };
}

/** What a test, or a program in the place of a controller, does with objects: whatever it likes. */
export class Stock {
  readonly #store: Store;
  readonly #kinds: readonly Kind[];
  readonly #clock: FakeKubeClock;
  readonly #namespaces: Kind;

  constructor(store: Store, kinds: readonly Kind[], namespaces: Kind, clock: FakeKubeClock) {
    this.#store = store;
    this.#kinds = kinds;
    this.#namespaces = namespaces;
    this.#clock = clock;
  }

  get(key: ObjectKey): KubeObject | undefined {
    const [kind, at] = this.#placeOf(key);
    const object = this.#store.get(kind, at);
    return object === undefined ? undefined : structuredClone(object) as unknown as KubeObject;
  }

  remove(key: ObjectKey): boolean {
    const [kind, at] = this.#placeOf(key);
    const there = this.#store.get(kind, at) !== undefined;
    this.#store.remove(kind, at);
    return there;
  }

  /** Stores a whole object, its status too. Its namespace is made where there is none. */
  write(given: KubeObject): KubeObject {
    const [kind, at] = this.#placeOf(given);
    const object = structuredClone(given) as unknown as JsonObject;
    const metadata = objectOf(object["metadata"]);
    const namespace = textOf(metadata["namespace"]) || "default";
    if (kind.namespaced) this.addNamespace(namespace);
    const whole = kind.namespaced ? { ...object, metadata: { ...metadata, namespace } } : object;
    const [cause] = checkName(metadata, kind);
    if (cause !== undefined) throw new TypeError(`Cannot write an object: ${cause.field}: ${cause.message}`);
    const filled = withBuiltInDefaults(fillDefaults(whole, schemaOf(kind)) as JsonObject, kind);
    const old = this.#store.get(kind, at);
    const writer = {
      manager: "fake-kube",
      operation: "Update",
      apiVersion: apiVersionOf(kind),
      subresource: "",
    } as const;
    try {
      const draft = { object: filled, writer, ...(old === undefined ? {} : { old }) };
      const call = { store: this.#store, clock: this.#clock, kind };
      return structuredClone(save(call, draft, false)) as unknown as KubeObject;
    } catch (error) {
      if (!(error instanceof Refusal) || !isObject(error.body)) throw error;
      throw new TypeError(`Cannot write an object: ${textOf(error.body["message"])}`);
    }
  }

  addNamespace(name: string): void {
    if (this.#store.get(this.#namespaces, name) !== undefined) return;
    this.write({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }

  #placeOf({ apiVersion, kind: name, metadata }: ObjectKey): [Kind, string] {
    const kind = this.#kinds.find((one) => one.kind === name && apiVersionOf(one) === apiVersion);
    if (kind === undefined) throw new TypeError(`No kind "${name}" in "${apiVersion}": see the option "kinds"`);
    return [kind, keyOf(kind, metadata?.namespace || "default", metadata?.name ?? "")];
  }
}
