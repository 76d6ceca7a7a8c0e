import { inspect } from "node:util";

/** Everything that any way of printing a value shows of it, and of all that can be reached from it. */
export function shown(value: unknown): string {
  const seen = new Set<unknown>();
  const parts: string[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === "string") return void parts.push(value);
    if ((typeof value !== "object" && typeof value !== "function") || value === null) {
      return void parts.push(String(value));
    }
    if (seen.has(value) || depth > 12) return;
    seen.add(value);
    parts.push(...printed(value));
    // Buffers are not the client's words, and long.
    if (ArrayBuffer.isView(value)) return void parts.push(new TextDecoder().decode(value));
    for (let holder: object | null = value; holder !== null && !isBuiltIn(holder);) {
      for (const key of Reflect.ownKeys(holder)) {
        parts.push(String(key));
        visit(read(value, key), depth + 1);
      }
      holder = Object.getPrototypeOf(holder);
    }
  };
  visit(value, 0);
  return parts.join("\n");
}

/** A prototype of the language or of the engine, whose getters are not ours to call. */
function isBuiltIn(prototype: object): boolean {
  const { constructor } = prototype;
  if (typeof constructor !== "function" || constructor.prototype !== prototype) return false;
  return (globalThis as Record<string, unknown>)[constructor.name] === constructor ||
    /\[native code\]/.test(Function.prototype.toString.call(constructor));
}

function printed(value: object): string[] {
  const limits = { depth: 20, showHidden: true };
  return [
    () => String(value),
    () => JSON.stringify(value) ?? "",
    () => Deno.inspect(value, { ...limits, strAbbreviateSize: 1e6 }),
    () => inspect(value, { ...limits, showProxy: true, maxStringLength: null, maxArrayLength: null }),
    () => value instanceof Error ? `${value.name} ${value.message} ${value.stack}` : "",
  ].map((print) => {
    try {
      return print();
    } catch {
      return ""; // It cannot be printed so.
    }
  });
}

function read(value: object, key: PropertyKey): unknown {
  try {
    return (value as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined; // A getter of something else.
  }
}
