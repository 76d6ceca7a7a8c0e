import { isSandboxError, type SandboxError } from "../../mod.ts";

/**
 * A client, a handle or an iterator that tells of the errors of this package that its caller gets to see. A portable
 * case may swallow one and then find that something is not as it should be.
 */
export function watched<T extends object>(target: T, see: (error: SandboxError) => void): T {
  const note = (error: unknown): never => {
    if (isSandboxError(error)) see(error);
    throw error;
  };
  const shown = (value: unknown): unknown => isOurs(value) ? watched(value, see) : value;
  return new Proxy(target, {
    get(_, key) {
      const value = Reflect.get(target, key, target);
      if (typeof value !== "function") return shown(value);
      return (...args: unknown[]) => {
        const result = Reflect.apply(value, target, args);
        if (!(result instanceof Promise)) return shown(result);
        const told = result.then(shown, note);
        // A case that fails has begun to wait for what it does not come to any more.
        told.catch(() => {});
        return told;
      };
    },
  });
}

/** Whether something has methods that may fail and may stand behind a proxy: a stream may not, data need not. */
function isOurs(value: unknown): value is object {
  if (typeof value !== "object" || value === null || value instanceof ReadableStream) return false;
  return ["run", "read", "wait", "next", Symbol.asyncIterator].some((name) =>
    typeof Reflect.get(value, name) === "function"
  );
}
