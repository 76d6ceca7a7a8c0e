/**
 * Gives an object a property that is made when it is first read, and is like any other from then on.
 *
 * It is the object's own and enumerable all along, so that spreading, JSON and `structuredClone` find it.
 */
export function defineLate<T extends object, K extends keyof T>(object: T, name: K, make: () => T[K]): void {
  let made: T[K];
  let late: (() => T[K]) | undefined = make;
  // Refused, without harm, where the object was frozen meanwhile.
  const define = (value: T[K]) =>
    void Reflect.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(object, name, {
    get() {
      if (late !== undefined) {
        made = late();
        late = undefined;
        define(made);
      }
      return made;
    },
    set: define,
    enumerable: true,
    configurable: true,
  });
}
