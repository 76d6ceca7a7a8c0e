import { type Informer, informer, isNotFound, type ResourceEvent, type Sandbox } from "../../../../src/k8s/mod.ts";
import { check, equal } from "../../../conformance/check.ts";
import type { KubeCase } from "../case.ts";
import { refused, told, within } from "../check.ts";

/** What an informer tells, and a way to wait for it. */
class Heard {
  readonly all: string[] = [];
  #waiting: (() => void) | undefined;

  constructor(cache: Informer<Sandbox>, unique: string) {
    cache.subscribe((event: ResourceEvent<Sandbox>) => {
      this.all.push(told(event, `${unique}-`));
      this.#waiting?.();
    });
  }

  /** Waits until so many changes were told. */
  async until(count: number): Promise<void> {
    while (this.all.length < count) {
      const more = new Promise<void>((resolve) => this.#waiting = resolve);
      await within(more, `${count} changes, after ${this.all.join(", ")}`);
    }
  }
}

function names(cache: Informer<Sandbox>, unique: string): string[] {
  return cache.list().map(({ metadata }) => metadata.name!.replace(`${unique}-`, "")).toSorted();
}

export const informers: readonly KubeCase[] = [
  {
    name: "informer: holds what is there, and follows what changes",
    source: "docs: list and watch",
    needs: ["create sandboxes", "list sandboxes", "watch sandboxes", "patch sandboxes", "delete sandboxes"],
    async run({ kube, sandbox, unique, selector }) {
      const sandboxes = kube.sandboxes();
      await sandboxes.create(sandbox("a"));
      await using cache = informer(sandboxes, { labelSelector: selector });
      const heard = new Heard(cache, unique);
      await within(cache.synced, "the first list");
      equal([names(cache, unique), heard.all], [["a"], ["ADDED a"]]);
      equal("managedFields" in cache.get(`${unique}-a`)!.metadata, false, "managedFields");
      await sandboxes.create(sandbox("b"));
      await sandboxes.patch(`${unique}-a`, { spec: { paused: true } });
      await sandboxes.delete(`${unique}-b`);
      await heard.until(4);
      equal(heard.all, ["ADDED a", "ADDED b", "MODIFIED a", "DELETED b"]);
      equal([names(cache, unique), cache.get(`${unique}-a`)?.spec], [["a"], { paused: true }]);
    },
  },
  {
    name: "informer: survives cut connections, and tells what happened meanwhile",
    source: "docs: list and watch",
    needs: ["create sandboxes", "list sandboxes", "watch sandboxes", "delete sandboxes"],
    async run({ kube: direct, sandbox, unique, selector, relayed }) {
      const { kube, relay } = await relayed();
      const sandboxes = direct.sandboxes();
      await sandboxes.create(sandbox("a"));
      await using cache = informer(kube.sandboxes(), { labelSelector: selector });
      const heard = new Heard(cache, unique);
      await within(cache.synced, "the first list");
      relay.cut();
      await sandboxes.delete(`${unique}-a`);
      await sandboxes.create(sandbox("b"));
      await sandboxes.create(sandbox("a"));
      await heard.until(4);
      // Where the server has no time for the watch for long, everything is listed again, in an order of its own.
      equal(heard.all.filter((one) => one.endsWith(" a")), ["ADDED a", "DELETED a", "ADDED a"]);
      equal(heard.all.filter((one) => one.endsWith(" b")), ["ADDED b"]);
      equal(names(cache, unique), ["a", "b"]);
    },
  },
  {
    name: "informer: a resource that is not there ends it",
    source: "wire: watch-missing",
    needs: ["list nothings"],
    async run({ kube }) {
      const api = { group: "agents.kruise.io", version: "v1alpha1", plural: "nothings", namespaced: true };
      await using cache = informer(kube.resource(api));
      await refused(within(cache.synced, "the refusal"), isNotFound, "synced");
      check(cache.list().length === 0, "it holds objects");
    },
  },
];
