import type { SandboxState } from "../../../mod.ts";

/** A sandbox that the gateway knows. */
export interface Route {
  readonly sandboxId: string;
  /** Where its daemon listens. */
  readonly host: string;
  readonly port: number;
  readonly state: SandboxState;
  /** What `X-Access-Token` must be, where it is checked. */
  readonly token: string | undefined;
  /** Whether only a traffic token opens it. */
  readonly trafficAuth: boolean;
  /** The Kubernetes object, which a traffic token names too. */
  readonly uid: string;
  /** Brings it back where a request finds it paused. */
  readonly wake: (() => void | Promise<void>) | undefined;
}

/** What the gateway knows, and the requests under way to each sandbox. */
export class Routes {
  readonly #routes = new Map<string, Route>();
  readonly #uids = new Map<string, string>();
  readonly #underWay = new Map<string, Set<() => void>>();
  readonly #waking = new Map<string, Promise<unknown>>();

  get(sandboxId: string): Route | undefined {
    return this.#routes.get(sandboxId);
  }

  /** The object's UID: it stays while the sandbox is paused, moved and resumed. */
  uidOf(sandboxId: string): string | undefined {
    return this.#uids.get(sandboxId);
  }

  /** Requests to what was there before are cut, where it is gone: with a paused sandbox's pod goes all it did. */
  set(route: Route): void {
    const before = this.#routes.get(route.sandboxId);
    this.#routes.set(route.sandboxId, route);
    this.#uids.set(route.sandboxId, route.uid);
    this.#waking.delete(route.sandboxId);
    const same = before?.host === route.host && before.port === route.port;
    if (route.state !== "running" || !same) this.#cut(route.sandboxId);
  }

  remove(sandboxId: string): boolean {
    const known = this.#routes.delete(sandboxId);
    this.#uids.delete(sandboxId);
    this.#cut(sandboxId);
    return known;
  }

  /** Calls `cut` when the sandbox goes away, until what is returned is called. */
  track(sandboxId: string, cut: () => void): () => void {
    const all = this.#underWay.get(sandboxId) ?? new Set();
    this.#underWay.set(sandboxId, all.add(cut));
    return () => {
      all.delete(cut);
      if (all.size === 0 && this.#underWay.get(sandboxId) === all) this.#underWay.delete(sandboxId);
    };
  }

  /** Wakes a sandbox up, once for all who ask meanwhile. */
  wake({ sandboxId, wake }: Route): Promise<unknown> {
    const waking = this.#waking.get(sandboxId) ?? Promise.resolve().then(() => wake?.());
    this.#waking.set(sandboxId, waking);
    return waking.finally(() => this.#waking.get(sandboxId) === waking && this.#waking.delete(sandboxId));
  }

  #cut(sandboxId: string): void {
    const all = this.#underWay.get(sandboxId);
    this.#underWay.delete(sandboxId);
    all?.forEach((cut) => cut());
  }
}
