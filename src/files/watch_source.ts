import { DisconnectedError } from "../errors/disconnected_error.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { SandboxError } from "../errors/sandbox_error.ts";
import { type CallContext, failure } from "../connection/error_map/failure.ts";
import { type EventMessage, EventType } from "../connection/rpc.ts";
import type { WatchEvent, WatchEventType } from "./watch_handle.ts";

/** Where the events of an armed watch come from. */
export interface WatchSource {
  /** The next events, perhaps none; rejects when no more can come. One call at a time. */
  next(): Promise<readonly EventMessage[]>;
  /** Gives the watch up; what waits for events then rejects. */
  close(): Promise<void>;
}

const MISSING = "Events may be missing: watch the directory again, then list it";
const LOST = new Set(["network", "request_timeout", "disconnected"]);

/** What an error means while a watch lasts: whatever cuts it may have taken events along. */
export function watchLost(error: unknown): unknown {
  if (!isSandboxError(error)) return error;
  const { message, code, sandboxId } = error;
  if (LOST.has(code)) return lostWatch(message, sandboxId, error);
  // The daemon's own watch failed: it has more events than it can hold, for one.
  return code === "internal" ? new SandboxError(message, { code, sandboxId, hint: MISSING, cause: error }) : error;
}

/** The error of a watch that ended without being told why. */
export function lostWatch(message: string, sandboxId: string | undefined, cause?: unknown): DisconnectedError {
  return new DisconnectedError(message, { code: "disconnected", sandboxId, hint: MISSING, cause });
}

const TYPES: Readonly<Record<number, WatchEventType>> = {
  [EventType.CREATE]: "create",
  [EventType.WRITE]: "write",
  [EventType.REMOVE]: "remove",
  [EventType.RENAME]: "rename",
  [EventType.CHMOD]: "chmod",
};

/** Translates the daemon's message. `root` is the watched directory, without a slash at its end. */
export function watchEvent({ type: number, name }: EventMessage, root: string, context: CallContext): WatchEvent {
  const type = TYPES[number];
  if (type !== undefined) return { type, name, path: name === "." ? root || "/" : `${root}/${name}` };
  throw failure(context, `the answer has an event of type ${number}`, { code: "protocol" }).error;
}
