// deno-lint-ignore-file no-explicit-any
/**
 * Stands in for `@std/testing/mock` where the JSR registry cannot be reached: same names and signatures, our own code,
 * only spies, stubs and the count of calls.
 *
 * @module
 */

import { AssertionError } from "jsr:@std/assert@^1";

/** One call of a spy. */
export interface SpyCall<Self = any, Args extends unknown[] = any[], Return = any> {
  args: Args;
  returned?: Return;
  error?: Error;
  self?: Self;
}

/** A function that remembers its calls. */
export interface Spy<Self = any, Args extends unknown[] = any[], Return = any> {
  (this: Self, ...args: Args): Return;
  original: (this: Self, ...args: Args) => Return;
  calls: SpyCall<Self, Args, Return>[];
  restored: boolean;
  restore(): void;
}

/** A spy in the place of a method. */
export interface MethodSpy<Self = any, Args extends unknown[] = any[], Return = any>
  extends Spy<Self, Args, Return>, Disposable {}

/** A function in the place of a method. */
export interface Stub<Self = any, Args extends unknown[] = any[], Return = any> extends MethodSpy<Self, Args, Return> {
  fake: (this: Self, ...args: Args) => Return;
}

type MethodArgs<Self, Prop extends keyof Self> = Self[Prop] extends (...args: infer A) => unknown ? A
  : never;
type MethodReturn<Self, Prop extends keyof Self> = Self[Prop] extends (...args: any[]) => infer R ? R
  : never;

/** An error of mocking itself. */
export class MockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MockError";
  }
}

function remembering(original: any, run: any): any {
  const calls: SpyCall[] = [];
  return Object.assign(function (this: unknown, ...args: unknown[]) {
    const call: SpyCall = this === undefined ? { args } : { args, self: this };
    calls.push(call);
    try {
      return call.returned = run.apply(this, args);
    } catch (error) {
      call.error = error as Error;
      throw error;
    }
  }, { original, calls, restored: false });
}

function replace(self: any, property: PropertyKey, fake?: any): any {
  const original = self[property];
  if (typeof original !== "function") throw new MockError(`Cannot replace "${String(property)}": not a method`);
  const own = Object.getOwnPropertyDescriptor(self, property);
  const mock = remembering(original, fake ?? original);
  mock.fake = fake;
  mock.restore = mock[Symbol.dispose] = () => {
    if (mock.restored) throw new MockError(`Cannot restore "${String(property)}": already restored`);
    if (own) Object.defineProperty(self, property, own);
    else delete self[property];
    mock.restored = true;
  };
  Object.defineProperty(self, property, { value: mock, configurable: true, writable: true });
  return mock;
}

export function spy<Self = any, Args extends unknown[] = any[]>(): Spy<Self, Args, undefined>;
export function spy<Self, Args extends unknown[], Return>(
  func: (this: Self, ...args: Args) => Return,
): Spy<Self, Args, Return>;
export function spy<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): MethodSpy<Self, MethodArgs<Self, Prop>, MethodReturn<Self, Prop>>;
export function spy(target?: any, property?: PropertyKey): any {
  if (property !== undefined) return replace(target, property);
  const original = target ?? (() => undefined);
  return Object.assign(remembering(original, original), {
    restore() {
      throw new MockError("Cannot restore a function");
    },
  });
}

export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
): Stub<Self, MethodArgs<Self, Prop>, MethodReturn<Self, Prop>>;
export function stub<Self, Prop extends keyof Self>(
  self: Self,
  property: Prop,
  func: (this: Self, ...args: MethodArgs<Self, Prop>) => MethodReturn<Self, Prop>,
): Stub<Self, MethodArgs<Self, Prop>, MethodReturn<Self, Prop>>;
export function stub(self: any, property: PropertyKey, func: any = () => undefined): any {
  return replace(self, property, func);
}

export function assertSpyCalls<Self, Args extends unknown[], Return>(
  spy: Spy<Self, Args, Return>,
  expectedCalls: number,
): void {
  if (spy.calls.length !== expectedCalls) {
    throw new AssertionError(`Expected ${expectedCalls} calls, got ${spy.calls.length}`);
  }
}
