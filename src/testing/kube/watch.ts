import type { Call } from "./call.ts";
import type { JsonObject } from "./json.ts";
import { apiVersionOf } from "./kinds.ts";
import type { Selects } from "./label_selector.ts";
import { checkListOptions, integerOf, selectionOf, versionOf } from "./list_options.ts";
import { prefixOf } from "./pages.ts";
import { metadataOf, present } from "./present.ts";
import { selected } from "./read.ts";
import { failure } from "./refusal.ts";
import { type Change, withVersion } from "./store.ts";
import { isTrue } from "./target.ts";
import type { Feed, Watches } from "./watches.ts";

/** How often a watch hears of the latest version where nothing happens. */
const BOOKMARK_MS = 60_000;
/** How long before its end a watch hears of it once more. */
const BEFORE_END_MS = 2_000;
/** How long a watch lasts that does not say, in seconds: once to twice this. */
const SHORTEST = 1800;
/** How many changes are sent before another look at whether the client takes them. */
const AT_ONCE = 100;

/** What a watch asks for. */
interface WatchOptions {
  readonly version: number;
  readonly lastsMs: number;
  readonly bookmarks: boolean;
  readonly initial: boolean;
  readonly selects: Selects;
}

/** GET on a collection with `watch`: the lines of the answer, each an event. */
export function watch(call: Call, watches: Watches): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { query } = call;
  checkListOptions(query, true);
  const seconds = integerOf(query, "timeoutSeconds") || Math.ceil(SHORTEST * (1 + Math.random()));
  const options: WatchOptions = {
    version: versionOf(query, true),
    lastsMs: seconds * 1000,
    bookmarks: isTrue(query.get("allowWatchBookmarks")),
    initial: isTrue(query.get("sendInitialEvents")),
    selects: selectionOf(call).selects,
  };
  return watches.open(call.clock, options.lastsMs, (feed) => new Watch(call, feed, options).start());
}

class Watch {
  readonly #call: Call;
  readonly #feed: Feed;
  readonly #options: WatchOptions;
  /** The version up to which everything has been sent. */
  #at: number;

  constructor(call: Call, feed: Feed, options: WatchOptions) {
    this.#call = call;
    this.#feed = feed;
    this.#options = options;
    this.#at = options.version;
  }

  start(): void {
    const { version, bookmarks, initial, lastsMs } = this.#options;
    const { store } = this.#call;
    const feed = this.#feed;
    if (version > 0 && version < store.oldest && !initial) {
      const message = `too old resource version: ${version} (${store.oldest})`;
      this.#send("ERROR", failure(410, message, { reason: "Expired" }));
      return feed.end();
    }
    if (version === 0 || initial) this.#sendAll();
    if (bookmarks) {
      feed.every(BOOKMARK_MS, () => this.#bookmark());
      if (lastsMs > BEFORE_END_MS) feed.once(lastsMs - BEFORE_END_MS, () => this.#bookmark());
    }
    const follow = () => this.#follow();
    feed.onWant(follow);
    feed.onEnd(store.onChange(follow));
    follow();
  }

  /** What is there now. */
  #sendAll(): void {
    this.#at = this.#call.store.revision;
    for (const object of selected(this.#call)) this.#send("ADDED", present(object, this.#call));
    const { initial, bookmarks } = this.#options;
    if (initial && bookmarks) this.#bookmark({ "k8s.io/initial-events-end": "true" });
  }

  #follow(): void {
    const { store } = this.#call;
    while (this.#feed.wants && this.#at < store.revision) {
      // Whoever reads too slowly has to start over.
      if (this.#at < store.oldest) return this.#feed.end();
      for (const change of store.changesAfter(this.#at, AT_ONCE)) {
        this.#at = change.revision;
        this.#sendChange(change);
      }
    }
  }

  /** To a watch, what no longer matches is deleted, and what begins to match is added. */
  #sendChange({ kind, key, revision, before, after }: Change): void {
    const call = this.#call;
    if (kind !== call.kind || !key.startsWith(prefixOf(call))) return;
    const { selects } = this.#options;
    const was = before !== undefined && selects(before);
    if (after !== undefined && selects(after)) this.#send(was ? "MODIFIED" : "ADDED", present(after, call));
    else if (was) this.#send("DELETED", present(withVersion(before, revision), call));
  }

  #bookmark(annotations?: JsonObject): void {
    const { kind, form } = this.#call;
    const resourceVersion = String(this.#at);
    const metadata: JsonObject = annotations === undefined ? { resourceVersion } : { annotations, resourceVersion };
    const object = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata };
    this.#send("BOOKMARK", form === "object" ? object : metadataOf(object));
  }

  #send(type: string, object: JsonObject): void {
    this.#feed.send(`${JSON.stringify({ type, object })}\n`);
  }
}
