import type { Backoff } from "../../time/backoff.ts";
import { watchBackoff } from "../client/backoff.ts";
import { requesterOf } from "../client/kube_client.ts";
import { collectionPath } from "../client/paths.ts";
import { retryAfterOf } from "../client/repeats.ts";
import type { ApiRequest, Requester } from "../client/requester.ts";
import { isOlder } from "../client/versions.ts";
import { isAhead, isTransient, lifetimeOf, STEADY_MS } from "../client/watch.ts";
import { SILENCE_MS, WatchStream } from "../client/watch_stream.ts";
import { isGone } from "../errors/predicates.ts";
import type { KubeObject } from "../types.ts";
import { isMissing } from "./missing.ts";
import type { Subject } from "./subject.ts";

/** The longest pauses: after a watch that ended early, and after a failure. */
const MOST_AFTER_END_MS = 2_000;
const MOST_AFTER_FAILURE_MS = 10_000;

/** What is to be seen of an object. */
export interface Sight<T> {
  /** The object as it is now, or as it was last. */
  readonly object: T;
  /** It is not there any more. */
  readonly isGone: boolean;
}

/**
 * Looks at one object for as long as the caller wants: as it is, and each time it changes. What came between two
 * looks may be left out.
 *
 * It takes the rights to `get` and `watch` this one object, and no right to `list`, which `Resource.watch` needs where
 * its version is too old: and that of an object that has not changed for long always is. A watch from no version at
 * all is opened then, and what it begins with is read after it was opened, so that nothing can come between.
 */
export async function* followObject<T extends KubeObject>(
  subject: Subject<T>,
  signal: AbortSignal,
): AsyncGenerator<Sight<T>, never, undefined> {
  const follower = new Follower(subject, signal);
  return yield* follower.sights();
}

class Follower<T extends KubeObject> {
  readonly #subject: Subject<T>;
  readonly #signal: AbortSignal;
  readonly #requester: Requester;
  readonly #backoff: Backoff;
  /** The object as it was seen last. */
  #last: T | undefined;
  /** The version after which the next watch goes on; empty: none that the server still knows. */
  #version = "";
  /** Whether nothing was told since it was last begun anew. */
  #isAnew = false;

  constructor(subject: Subject<T>, signal: AbortSignal) {
    this.#subject = subject;
    this.#signal = signal;
    this.#requester = requesterOf(subject.kube);
    this.#backoff = watchBackoff(this.#requester.clock);
  }

  async *sights(): AsyncGenerator<Sight<T>, never, undefined> {
    const signal = this.#signal;
    yield this.#see(await this.#subject.resource.get(this.#subject.name, { signal }));
    while (true) {
      try {
        yield* this.#watchOnce();
      } catch (error) {
        signal.throwIfAborted();
        if (isGone(error) || isAhead(error)) await this.#beginAnew();
        else await this.#pauseAfter(error);
      }
    }
  }

  /** One watch, and all that it tells. */
  async *#watchOnce(): AsyncGenerator<Sight<T>, void, undefined> {
    const signal = this.#signal;
    const { clock } = this.#requester;
    const started = clock.now();
    const request = this.#request();
    const isFresh = this.#version === "";
    const stream = new WatchStream<T>(request, await this.#requester.open(request, { signal, timeoutMs: SILENCE_MS }));
    try {
      if (isFresh) yield await this.#read();
      for (let event = await stream.next(); event !== undefined; event = await stream.next()) {
        signal.throwIfAborted();
        const { type, object } = event;
        const version = object.metadata.resourceVersion!;
        if (isOlder(version, this.#version)) {
          if (isFresh) continue; // From before the object was read.
          this.#version = ""; // A store that was restored: its watch says nothing until it comes to our version.
          break;
        }
        if (version !== this.#version) this.#isAnew = false;
        if (type === "BOOKMARK") this.#version = version;
        else if (version !== this.#version) yield this.#see(object, type === "DELETED");
      }
      signal.throwIfAborted();
    } finally {
      stream.close();
    }
    if (clock.now() - started >= STEADY_MS) this.#backoff.reset();
    else await clock.sleep(this.#backoff.next(MOST_AFTER_END_MS), signal);
  }

  /** Reads the object anew. */
  async #read(): Promise<Sight<T>> {
    const { resource, name } = this.#subject;
    try {
      return this.#see(await resource.get(name, { signal: this.#signal }));
    } catch (error) {
      if (this.#last === undefined || !isMissing(error, name)) throw error;
      return { object: this.#last, isGone: true };
    }
  }

  #see(object: T, gone = false): Sight<T> {
    this.#last = object;
    this.#version = object.metadata.resourceVersion ?? "";
    return { object, isGone: gone };
  }

  /** The server does not know the version. One that says so again, and tells nothing in between, may go on with that. */
  async #beginAnew(): Promise<void> {
    this.#version = "";
    if (this.#isAnew) await this.#requester.clock.sleep(this.#backoff.next(MOST_AFTER_FAILURE_MS), this.#signal);
    this.#isAnew = true;
  }

  /** Waits after a failure that can mend by itself; throws every other. */
  async #pauseAfter(error: unknown): Promise<void> {
    const asked = retryAfterOf(error);
    if (asked === undefined && !isTransient(error)) throw error;
    const pause = Math.max((asked ?? 0) * 1000, this.#backoff.next(MOST_AFTER_FAILURE_MS));
    await this.#requester.clock.sleep(pause, this.#signal);
  }

  #request(): ApiRequest {
    const { scope, name, title } = this.#subject;
    const { clock } = this.#requester;
    return {
      what: `watch ${title}`,
      method: "GET",
      idempotent: true,
      isStream: true,
      path: collectionPath(scope),
      query: {
        watch: true,
        allowWatchBookmarks: true,
        // The one name is what rights with `resourceNames` are matched with.
        fieldSelector: `metadata.name=${name}`,
        resourceVersion: this.#version === "" ? undefined : this.#version,
        timeoutSeconds: lifetimeOf(clock.random()),
      },
    };
  }
}
