import type { Backoff } from "../../time/backoff.ts";
import { isSandboxError } from "../../errors/is_sandbox_error.ts";
import { isGone } from "../errors/predicates.ts";
import { detailsOf } from "../errors/status.ts";
import type { KubeObject } from "../types.ts";
import { watchBackoff } from "./backoff.ts";
import { endable } from "./endable.ts";
import { listWhole } from "./lists.ts";
import { collectionPath, describeScope, type Scope } from "./paths.ts";
import { retryAfterOf } from "./repeats.ts";
import type { ApiRequest, Requester } from "./requester.ts";
import type { Resource, ResourceEvent, WatchResourceOptions } from "./resource.ts";
import { selectorsOf } from "./selectors.ts";
import { isOlder } from "./versions.ts";
import { isToldFailure, SILENCE_MS, WatchStream } from "./watch_stream.ts";

/** A watch that lasted so long was in order. */
export const STEADY_MS = 10_000;
/** One that told something and ended is started again so long after its start. */
const SPACING_MS = 1_000;
/** The longest pause where the server ends each watch early, but in order. */
const MOST_AFTER_END_MS = 10_000;
/** How often the first request is made, when no answer shows that there is a server. */
const FIRST_ATTEMPTS = 3;

type WatchSettings = WatchResourceOptions & { readonly signal: AbortSignal };

/** Changes of the objects of a resource, for as long as the caller wants them. */
export function watchResource<T extends KubeObject>(
  requester: Requester,
  scope: Scope,
  list: Resource<T>["list"],
  options: WatchResourceOptions,
): AsyncIterable<ResourceEvent<T>> {
  const signals = [...(options.signal ? [options.signal] : []), requester.closed];
  return endable((signal) => new Watch(requester, scope, list, { ...options, signal }).events(), signals);
}

class Watch<T extends KubeObject> {
  readonly #requester: Requester;
  readonly #scope: Scope;
  readonly #list: Resource<T>["list"];
  readonly #options: WatchSettings;
  readonly #backoff: Backoff;
  /** The last version that was seen, after which the next request goes on. */
  #version: string;
  /** Nothing can go on from the version. */
  #isExpired = false;
  /** Whether the server ever answered. */
  #isConnected = false;
  #failures = 0;
  /** Whether all is well since everything was listed. */
  #moved = true;

  constructor(requester: Requester, scope: Scope, list: Resource<T>["list"], options: WatchSettings) {
    this.#requester = requester;
    this.#scope = scope;
    this.#list = list;
    this.#options = options;
    this.#backoff = watchBackoff(requester.clock);
    this.#version = options.resourceVersion ?? "";
  }

  async *events(): AsyncGenerator<ResourceEvent<T>, void, undefined> {
    const { signal } = this.#options;
    // From "0" on, too: events of what is there come in no order, so none of their versions could be gone on from.
    if (this.#version === "" || this.#version === "0") {
      for (const object of await this.#relist()) {
        signal.throwIfAborted();
        yield { type: "ADDED", object };
      }
      this.#moved = true;
    }
    while (true) {
      try {
        yield* this.#watchOnce();
      } catch (error) {
        signal.throwIfAborted();
        if (isGone(error) || isAhead(error)) this.#isExpired = true;
        else await this.#pauseAfter(error);
      }
      if (this.#isExpired) yield { type: "RESYNCED", items: await this.#resync() };
    }
  }

  /** One request, and all that it tells. */
  async *#watchOnce(): AsyncGenerator<ResourceEvent<T>, void, undefined> {
    const { signal } = this.#options;
    const { clock } = this.#requester;
    const started = clock.now();
    const request = this.#request();
    const stream = new WatchStream<T>(request, await this.#requester.open(request, { signal, timeoutMs: SILENCE_MS }));
    this.#isConnected = true;
    let count = 0;
    try {
      for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
        signal.throwIfAborted();
        const version = event.object.metadata.resourceVersion!;
        // A store that was restored, or another one: its watch says nothing until it comes to our version.
        this.#isExpired = isOlder(version, this.#version);
        if (this.#isExpired) return;
        this.#version = version;
        if (event.type === "BOOKMARK") continue;
        count++;
        this.#moved = true;
        yield { type: event.type, object: event.object };
      }
      signal.throwIfAborted();
    } finally {
      stream.close();
    }
    await this.#pause(this.#afterEnd(clock.now() - started, count));
  }

  /** The pause after a watch that ended in order. */
  #afterEnd(lasted: number, count: number): number {
    const isSteady = lasted >= STEADY_MS;
    if (isSteady || count > 0) {
      this.#moved = true;
      this.#backoff.reset();
      return isSteady ? 0 : Math.max(0, SPACING_MS * (1 + this.#requester.clock.random()) - lasted);
    }
    return this.#backoff.next(lasted < SPACING_MS ? undefined : MOST_AFTER_END_MS);
  }

  /** Waits after a failure that can mend by itself; throws every other. */
  async #pauseAfter(error: unknown): Promise<void> {
    const asked = retryAfterOf(error);
    const mends = asked !== undefined || isTransient(error);
    if (!mends || (!this.#isConnected && ++this.#failures >= FIRST_ATTEMPTS)) throw error;
    await this.#pause(Math.max((asked ?? 0) * 1000, this.#backoff.next()));
  }

  async #pause(milliseconds: number): Promise<void> {
    if (milliseconds > 0) await this.#requester.clock.sleep(milliseconds, this.#options.signal);
  }

  /** Lists again, for as long as it takes. */
  async #resync(): Promise<readonly T[]> {
    // A list that was too old at once may be so again.
    if (!this.#moved) await this.#pause(this.#backoff.next());
    while (true) {
      try {
        return await this.#relist();
      } catch (error) {
        this.#options.signal.throwIfAborted();
        await this.#pauseAfter(error);
      }
    }
  }

  async #relist(): Promise<readonly T[]> {
    const { labelSelector, fieldSelector, signal, timeoutMs } = this.#options;
    const { items, metadata } = await listWhole(this.#list, { labelSelector, fieldSelector, signal, timeoutMs });
    this.#version = metadata.resourceVersion;
    this.#isExpired = false;
    this.#isConnected = true;
    this.#moved = false;
    return items;
  }

  #request(): ApiRequest {
    return {
      what: `watch ${describeScope(this.#scope)}`,
      method: "GET",
      idempotent: true,
      isStream: true,
      path: collectionPath(this.#scope),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.#version,
        timeoutSeconds: lifetimeOf(this.#requester.clock.random()),
        ...selectorsOf(this.#options),
      },
    };
  }
}

/** After how many seconds the server is asked to end a watch: 3 to 4 minutes. Some engines end a silent body after 5. */
export function lifetimeOf(random: number): number {
  return 180 + Math.floor(random * 60);
}

/** Whether our version is one that the server does not know yet: its store was restored. */
export function isAhead(error: unknown): boolean {
  return isSandboxError(error, "kube_status") &&
    detailsOf(error.kubeStatus).causes.some(({ reason }) => reason === "ResourceVersionTooLarge");
}

/** What the next request may find mended. */
export function isTransient(error: unknown): boolean {
  return isSandboxError(error) && error.retryable && !isToldFailure(error);
}
