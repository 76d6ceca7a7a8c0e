import type { SandboxError } from "../errors/sandbox_error.ts";
import type { RequestEvent, ResolvedOptions } from "../options.ts";

/** Says how an attempt went: the status, where there was an answer, and what is wrong with it. */
export type Done = (status: number | undefined, error?: SandboxError) => void;

/** Tells a client's observers of an attempt that begins, and gives the way to tell them of its end. */
export function observe({ onRequest, onResponse }: ResolvedOptions, event: RequestEvent): Done {
  notify(onRequest, event);
  const started = performance.now();
  return (status, error) =>
    notify(onResponse, {
      ...event,
      ...(status !== undefined && { status }),
      durationMs: performance.now() - started,
      ...(error !== undefined && { error }),
    });
}

/** Observers must not break a call. */
function notify<E>(observer: ((event: E) => void) | undefined, event: E): void {
  try {
    observer?.(event);
  } catch {
    // Theirs.
  }
}
