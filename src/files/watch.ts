import type { Connection } from "../connection/connection.ts";
import type { WatchDirRequest } from "../connection/rpc.ts";
import type { RpcCall } from "../connection/transport.ts";
import { checkBoolean } from "../errors/checks.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { SandboxError } from "../errors/sandbox_error.ts";
import { checkPath } from "./arguments.ts";
import { getInfo } from "./metadata.ts";
import { Watch } from "./watch_events.ts";
import { openEither } from "./watch_form.ts";
import type { WatchHandle, WatchOptions } from "./watch_handle.ts";
import { WatchPolling } from "./watch_polling.ts";
import type { WatchSource } from "./watch_source.ts";

/** Watches a directory. */
export async function watchDir(connection: Connection, path: string, options: WatchOptions): Promise<WatchHandle> {
  checkPath(path);
  const { recursive = false, polling = false } = options;
  checkBoolean("recursive", recursive);
  checkBoolean("polling", polling);
  options.signal?.throwIfAborted();
  const what = `watch directory ${JSON.stringify(path)}`;
  // Events have names below the directory, and only the daemon knows where its homes are.
  const absolute = path.startsWith("/") ? path : (await getInfo(connection, path, options, what)).path;
  const request = { path: absolute, recursive, includeEntry: false, allowNetworkMounts: false };
  const source = await connection.accounts.forFiles(options.user, async ({ authorization }) => {
    const call = connection.call(what, "file", options, authorization);
    try {
      return await open(connection, call, request, polling, options.signal);
    } catch (error) {
      throw withoutSpace(error);
    }
  });
  const root = absolute.replace(/\/+$/, "");
  return new Watch(source, { ...connection.context(what, "file"), root, signal: options.signal });
}

function open(
  connection: Connection,
  call: RpcCall,
  request: WatchDirRequest,
  polling: boolean,
  signal: AbortSignal | undefined,
): Promise<WatchSource> {
  return polling ? WatchPolling.open(connection, call, request, signal) : openEither(connection, call, request, signal);
}

/** Watching writes nothing: what it runs out of is the kernel's watches, which the system calls space as well. */
function withoutSpace(error: unknown): unknown {
  if (!isSandboxError(error, "no_space")) return error;
  return new SandboxError(error.message, {
    code: "internal",
    sandboxId: error.sandboxId,
    status: error.status,
    hint: "The sandbox's machine has no more inotify watches: watch fewer directories, or raise its " +
      "fs.inotify.max_user_watches",
    cause: error,
  });
}
