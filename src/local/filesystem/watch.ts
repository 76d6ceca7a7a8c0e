import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { randomInt } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path/posix";
import { type EntryInfo, EventType, type Filesystem } from "../../../gen/filesystem/filesystem_pb.ts";
import { afterDelay, deadlineExceeded, timeoutKey } from "../deadline.ts";
import { errorWords, failedCall, isMissing } from "../errno.ts";
import { keepaliveMs } from "../keepalive.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { entryInfo } from "./entry_info.ts";
import { Inotify } from "./watch_inotify.ts";
import { WatchQueue } from "./watch_queue.ts";
import { type TreeEvent, WatchTree } from "./watch_tree.ts";

type WatchCalls = "watchDir" | "createWatcher" | "getWatcherEvents" | "removeWatcher";

/** How a directory is watched. */
interface Request {
  readonly path: string;
  readonly recursive: boolean;
  readonly includeEntry: boolean;
}

/** An armed watch. */
interface Watcher {
  readonly request: Request;
  readonly queue: WatchQueue;
  close(): void;
}

/** As many events as the kernel keeps for a reader that does not come. */
const STREAM_EVENTS = 16_384;

/** The calls for watching a directory, by a stream and by asking again and again. */
export function watchCalls(
  state: RuntimeState,
  resolve: (path: string, headers: Headers) => string,
): Pick<ServiceImpl<typeof Filesystem>, WatchCalls> {
  const watchers = new Map<string, Watcher>();
  state.signal.addEventListener("abort", () => watchers.forEach((watcher) => watcher.close()), { once: true });

  function find(id: string): Watcher {
    const watcher = watchers.get(id);
    if (watcher) return watcher;
    throw new ConnectError(`watcher with id ${id} not found`, Code.NotFound);
  }

  return {
    async *watchDir(message, { requestHeader, signal, values }) {
      const request = { ...message, path: resolve(message.path, requestHeader) };
      const timeoutMs = values.get(timeoutKey);
      if (timeoutMs !== undefined && timeoutMs <= 0) throw deadlineExceeded();
      const gone = AbortSignal.any([signal, state.signal]);
      const { queue, close } = await arm(request, STREAM_EVENTS, gone);
      const clear = timeoutMs === undefined ? () => {} : afterDelay(timeoutMs, () => queue.fail(deadlineExceeded()));
      const end = () => {
        clear();
        close();
      };
      // Nobody may ever ask this generator for more.
      gone.addEventListener("abort", end, { once: true });
      if (gone.aborted) end();
      try {
        yield { event: { case: "start", value: {} } };
        for await (const event of queue.read(keepaliveMs(requestHeader))) {
          yield event === undefined
            ? { event: { case: "keepalive", value: {} } }
            : { event: { case: "filesystem", value: await described(event, request, state) } };
        }
      } finally {
        gone.removeEventListener("abort", end);
        end();
      }
    },

    async createWatcher(message, { requestHeader, signal }) {
      const request = { ...message, path: resolve(message.path, requestHeader) };
      const watcher = await arm(request, Infinity, AbortSignal.any([signal, state.signal]));
      if (state.signal.aborted) watcher.close();
      const watcherId = newId();
      watchers.set(watcherId, watcher);
      return { watcherId };
    },

    async getWatcherEvents({ watcherId }) {
      const { queue, request } = find(watcherId);
      const events = queue.drain();
      return { events: await Promise.all(events.map((event) => described(event, request, state))) };
    },

    removeWatcher({ watcherId }) {
      find(watcherId).close();
      watchers.delete(watcherId);
      return {};
    },
  };
}

async function arm(request: Request, limit: number, signal: AbortSignal): Promise<Watcher> {
  const { path, recursive } = request;
  await demandDirectory(path);
  const inotify = await Inotify.load().catch((error) => {
    throw new ConnectError(`directories cannot be watched here: ${errorWords(error)}`, Code.Unimplemented);
  });
  const queue = new WatchQueue(limit);
  try {
    const tree = await WatchTree.open(path, recursive, inotify, queue, signal);
    return {
      request,
      queue,
      close() {
        tree.close();
        queue.close();
      },
    };
  } catch (error) {
    throw new ConnectError(`error adding path ${path} to watcher: ${errorWords(error)}`, Code.Internal);
  }
}

async function demandDirectory(path: string): Promise<void> {
  const found = await stat(path).catch((error) => {
    const words = failedCall("stat", path, error);
    throw isMissing(error)
      ? new ConnectError(`path ${path} not found: ${words}`, Code.NotFound)
      : new ConnectError(`error statting path ${path}: ${words}`, Code.Internal);
  });
  if (found.isDirectory()) return;
  // The end is what the daemon makes of an error that is none.
  throw new ConnectError(`path ${path} not a directory: %!w(<nil>)`, Code.InvalidArgument);
}

/** An event as it is sent: the newer version adds the entry where it is asked to, as it is now. */
async function described(
  event: TreeEvent,
  { path, includeEntry }: Request,
  state: RuntimeState,
): Promise<TreeEvent & { entry?: EntryInfo }> {
  if (!state.newer || !includeEntry) return event;
  if (event.type === EventType.REMOVE || event.type === EventType.RENAME) return event;
  const entry = await entryInfo(join(path, event.name), state).catch(() => undefined);
  return entry ? { ...event, entry } : event;
}

function newId(): string {
  return `w${Array.from({ length: 20 }, () => randomInt(36).toString(36)).join("")}`;
}
