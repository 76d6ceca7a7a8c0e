/** What Node has for it, and others that have its modules. */
interface Host {
  readonly process?: {
    getBuiltinModule?(name: string): { setMaxListeners?(count: number, ...targets: EventTarget[]): void } | undefined;
  };
}

/** Lets any number of calls listen to a signal: of more than ten, Node would warn as of a leak. */
export function takesManyListeners(signal: AbortSignal): void {
  (globalThis as Host).process?.getBuiltinModule?.("node:events")?.setMaxListeners?.(0, signal);
}
