import { checkMilliseconds } from "../../errors/checks.ts";
import { isSandboxError } from "../../errors/is_sandbox_error.ts";
import { SandboxError } from "../../errors/sandbox_error.ts";
import type { KubeObject } from "../types.ts";
import { watchBackoff } from "./backoff.ts";
import { type Change, ObjectCache } from "./object_cache.ts";
import { type Clock, systemClock } from "./limits.ts";
import { listWhole } from "./lists.ts";
import { isClosing } from "./requester.ts";
import type { Resource, ResourceEvent, SelectorOptions } from "./resource.ts";

/** What an informer holds. */
export interface InformerOptions extends SelectorOptions {
  /**
   * Is told each failure after which everything is listed anew, and what listeners throw. A lost connection that the
   * watch makes again is none.
   */
  onError?: ((error: unknown) => void) | undefined;
}

/** The objects of a resource as they are now, kept up to date by a watch. */
export interface Informer<T extends KubeObject> extends AsyncDisposable {
  /**
   * Resolves when everything was listed once. Rejects when that cannot be done, for missing rights for instance, or
   * when the informer is ended before.
   */
  readonly synced: Promise<void>;
  /**
   * An object as it is now. Do not change it. It has no `metadata.managedFields`.
   *
   * @param name Its name.
   * @param namespace Its namespace; needed only where the informer holds several.
   * @returns The object, or undefined.
   */
  get(name: string, namespace?: string): T | undefined;
  /**
   * All objects as they are now.
   *
   * @returns A new list of them.
   */
  list(): readonly T[];
  /**
   * Tells each change from now on, after `get` and `list` show it. What was missed while the connection was lost is told
   * as `ADDED`, `MODIFIED` and `DELETED`, too: `RESYNCED` does not occur.
   *
   * @param listener Is called with each change; in order, and not waited for.
   * @returns Ends it.
   */
  subscribe(listener: (event: ResourceEvent<T>) => void): () => void;
}

/**
 * Holds the objects of a resource, lists them and follows their changes. It goes on after every failure, with longer
 * and longer pauses up to a minute, until it is disposed of, its signal fires or the client is closed; only when the first list is refused
 * (missing rights, no such resource, a wrong certificate) it ends, and `synced` says why. It holds each object once,
 * and no history.
 *
 * @param resource What is held.
 * @param options Which objects, and who is told of failures.
 * @returns The informer, which begins at once.
 *
 * @example How many sandboxes are running
 * ```ts
 * import { informer, KubeClient } from "@kruise-agents/runtime/k8s";
 *
 * async function running(kube: KubeClient): Promise<number> {
 *   await using sandboxes = informer(kube.sandboxes(), { onError: console.warn });
 *   await sandboxes.synced;
 *   return sandboxes.list().filter(({ status }) => status?.phase === "Running").length;
 * }
 * ```
 */
export function informer<T extends KubeObject>(resource: Resource<T>, options: InformerOptions = {}): Informer<T> {
  return createInformer(resource, options, systemClock);
}

/** As `informer`, by any clock. */
export function createInformer<T extends KubeObject>(
  resource: Resource<T>,
  options: InformerOptions,
  clock: Clock,
): Informer<T> {
  checkMilliseconds("timeoutMs", options.timeoutMs ?? 0);
  return new ListingInformer(resource, options, clock);
}

class ListingInformer<T extends KubeObject> implements Informer<T> {
  readonly synced: Promise<void>;
  readonly #resource: Resource<T>;
  readonly #options: InformerOptions;
  readonly #clock: Clock;
  readonly #cache = new ObjectCache<T>();
  readonly #listeners = new Set<(event: ResourceEvent<T>) => void>();
  readonly #controller = new AbortController();
  readonly #ended: Promise<void>;
  #isSynced = false;

  constructor(resource: Resource<T>, options: InformerOptions, clock: Clock) {
    this.#resource = resource;
    this.#options = options;
    this.#clock = clock;
    const { promise, resolve, reject } = deferred();
    this.synced = promise;
    // Who does not wait for it is told by onError.
    promise.catch(() => {});
    this.#ended = this.#run(resolve).catch(reject);
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#cache.get(name, namespace);
  }

  list(): readonly T[] {
    return this.#cache.list();
  }

  subscribe(listener: (event: ResourceEvent<T>) => void): () => void {
    // The same function may be given twice.
    const entry = (event: ResourceEvent<T>) => listener(event);
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort(new SandboxError("Cannot wait for the informer: it was ended", { code: "unknown" }));
    this.#listeners.clear();
    await this.#ended;
  }

  async #run(resolve: () => void): Promise<void> {
    const { signal: given } = this.#options;
    const { signal } = this.#controller;
    const onAbort = () => this.#controller.abort(given!.reason);
    if (given?.aborted) onAbort();
    given?.addEventListener("abort", onAbort);
    const backoff = watchBackoff(this.#clock);
    try {
      while (true) {
        try {
          signal.throwIfAborted();
          await this.#follow(resolve, () => backoff.reset());
        } catch (error) {
          signal.throwIfAborted();
          if (isClosing(error)) throw error;
          this.#report(error);
          if (!this.#isSynced && !(isSandboxError(error) && error.retryable)) throw error;
        }
        await this.#clock.sleep(backoff.next(), signal);
      }
    } finally {
      given?.removeEventListener("abort", onAbort);
    }
  }

  /** Lists, and watches from there. */
  async #follow(onSynced: () => void, onProgress: () => void): Promise<void> {
    const { labelSelector, fieldSelector, timeoutMs } = this.#options;
    const selectors = { labelSelector, fieldSelector, timeoutMs, signal: this.#controller.signal };
    const resourceVersion = await this.#list(selectors);
    this.#isSynced = true;
    onSynced();
    for await (const event of this.#resource.watch({ ...selectors, resourceVersion })) {
      if (event.type === "RESYNCED") this.#tell(this.#cache.replace(event.items));
      else this.#tell(this.#cache.apply(event.type, event.object));
      onProgress();
    }
  }

  /** Takes over a whole list, and gives its version. By itself: what waits for events would keep the list alive. */
  async #list(selectors: SelectorOptions): Promise<string> {
    const { items, metadata } = await listWhole((options) => this.#resource.list(options), selectors);
    this.#tell(this.#cache.replace(items));
    return metadata.resourceVersion;
  }

  #tell(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      for (const listener of [...this.#listeners]) {
        try {
          listener(change);
        } catch (error) {
          this.#report(error);
        }
      }
    }
  }

  #report(error: unknown): void {
    try {
      this.#options.onError?.(error);
    } catch {
      // Who is told of failures must not become one.
    }
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } {
  let resolve: () => void;
  let reject: (reason: unknown) => void;
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { promise, resolve: resolve!, reject: reject! };
}
