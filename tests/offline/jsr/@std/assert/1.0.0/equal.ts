type Pair = [object, object];

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function bytesOf(view: ArrayBufferView | ArrayBufferLike): Uint8Array {
  return ArrayBuffer.isView(view)
    ? new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
    : new Uint8Array(view);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function sameType(a: object, b: object): boolean {
  const [x, y] = [Object.getPrototypeOf(a), Object.getPrototypeOf(b)];
  const plain = (prototype: unknown) => prototype === null || prototype === Object.prototype;
  return x === y || (plain(x) && plain(y));
}

function sameMembers<T>(a: Iterable<T>, b: Iterable<T>, same: (x: T, y: T) => boolean): boolean {
  const rest = [...b];
  for (const member of a) {
    const at = rest.findIndex((other) => same(member, other));
    if (at < 0) return false;
    rest.splice(at, 1);
  }
  return rest.length === 0;
}

/** Whether two values are deeply equal: same type, same own enumerable members, same content. */
export function equal(a: unknown, b: unknown): boolean {
  const open: Pair[] = []; // pairs being compared, so that cycles end

  function compare(x: unknown, y: unknown): boolean {
    if (x === y || Object.is(x, y)) return true;
    if (!isObject(x) || !isObject(y) || !sameType(x, y)) return false;
    if (open.some(([left, right]) => left === x && right === y)) return true;
    open.push([x, y]);
    try {
      return sameContent(x, y) && sameProperties(x, y);
    } finally {
      open.pop();
    }
  }

  function sameContent(x: object, y: object): boolean {
    if (x instanceof Date && y instanceof Date) return Object.is(x.getTime(), y.getTime());
    if (x instanceof RegExp || x instanceof URL) return String(x) === String(y);
    if (x instanceof Error && y instanceof Error) {
      return x.name === y.name && x.message === y.message;
    }
    if (x instanceof ArrayBuffer && y instanceof ArrayBuffer) {
      return sameBytes(bytesOf(x), bytesOf(y));
    }
    if (x instanceof Map && y instanceof Map) {
      return sameMembers(x, y, ([k, v], [l, w]) => compare(k, l) && compare(v, w));
    }
    if (x instanceof Set && y instanceof Set) return sameMembers(x, y, compare);
    if (Array.isArray(x) && Array.isArray(y)) return x.length === y.length;
    return true;
  }

  function sameProperties(x: object, y: object): boolean {
    // A key for every byte would cost a hundred times the comparison.
    if (ArrayBuffer.isView(x) && ArrayBuffer.isView(y)) return sameBytes(bytesOf(x), bytesOf(y));
    const own = (value: object) =>
      Reflect.ownKeys(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key));
    const [keys, others] = [own(x), own(y)];
    return keys.length === others.length &&
      keys.every((key) => Object.hasOwn(y, key) && compare(Reflect.get(x, key), Reflect.get(y, key)));
  }

  return compare(a, b);
}
