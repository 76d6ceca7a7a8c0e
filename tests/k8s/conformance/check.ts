/** What these cases demand besides the demands of all portable cases. */

import type { KubeStatusError, SandboxErrorByCode, SandboxErrorCode } from "../../../mod.ts";
import { isForbidden, type ResourceEvent } from "../../../src/k8s/mod.ts";
import { check, CheckError, rejection, rejects } from "../../conformance/check.ts";

/** Demands a refusal by the server of a kind, and gives it. A missing right is thrown as it is. */
export async function refused(
  promise: Promise<unknown>,
  is: (error: unknown) => boolean,
  what: string,
): Promise<KubeStatusError> {
  const error = await rejects(promise, "kube_status");
  if (is(error)) return error;
  const { status, reason, message } = error;
  if (isForbidden(error)) throw error;
  throw Object.assign(new CheckError(`${what}: got ${status} ${reason}: ${message}`), { cause: error });
}

/** Demands an error of this code, and gives it. A missing right is thrown as it is. */
export async function fails<C extends SandboxErrorCode>(
  promise: Promise<unknown>,
  code: C,
): Promise<SandboxErrorByCode[C] & { readonly code: C }> {
  const error = await rejection(promise);
  if (isForbidden(error)) throw error;
  return await rejects(Promise.reject(error), code);
}

/** A refusal of this status. */
export function status(code: number): (error: unknown) => boolean {
  return (error) => (error as KubeStatusError).status === code;
}

/** An event in one word and the name of its object; of `RESYNCED`, all names. */
export function told<T extends { metadata: { name?: string } }>(event: ResourceEvent<T>, prefix: string = ""): string {
  const short = ({ metadata }: T) => metadata.name!.replace(prefix, "");
  return event.type === "RESYNCED"
    ? `RESYNCED ${event.items.map(short).toSorted().join(" ")}`.trim()
    : `${event.type} ${short(event.object)}`;
}

/** The events of a watch, one after the other, each within half a minute. */
export class Told<T extends { metadata: { name?: string } }> implements AsyncDisposable {
  readonly #iterator: AsyncIterator<ResourceEvent<T>>;
  readonly #prefix: string;

  constructor(events: AsyncIterable<ResourceEvent<T>>, unique: string) {
    this.#iterator = events[Symbol.asyncIterator]();
    this.#prefix = `${unique}-`;
  }

  /** The next event itself. */
  async event(): Promise<ResourceEvent<T>> {
    const { done, value } = await within(this.#iterator.next(), "an event of the watch");
    check(!done, "the watch ended");
    return value;
  }

  /** So many next events, in words. */
  async next(count: number = 1): Promise<string[]> {
    const words: string[] = [];
    while (words.length < count) words.push(told(await this.event(), this.#prefix));
    return words;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#iterator.return?.();
  }
}

/** What is awaited, which must not take forever. */
export async function within<T>(promise: Promise<T>, what: string, milliseconds: number = 30_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CheckError(`waited ${milliseconds} ms for ${what}`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
