import { checkTarget, type PodCalls, type PodTarget } from "../target.ts";
import type { PodForwarder } from "./pod_forwarder.ts";
import type { PodForward } from "./pod_forward.ts";

/**
 * A port of a pod. What makes connections is loaded with the first one.
 *
 * @throws {TypeError} When the target or the port is none.
 * @throws {RangeError} When there can be none of that name or number.
 */
export function openForward(calls: PodCalls, target: PodTarget, port: number): PodForward {
  const where = checkTarget(target, calls);
  if (typeof port !== "number") throw new TypeError(`Cannot use a ${typeof port} as a port: pass a number`);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new RangeError(`Cannot use ${port} as a port: pass an integer from 1 to 65535`);
  }
  let forwarder: Promise<PodForwarder> | undefined;
  const load = () =>
    forwarder ??= import("./pod_forwarder.ts").then(({ PodForwarder }) => new PodForwarder(calls, where, port));
  return {
    connect: async (options = {}) => await (await load()).connect(options),
    listen: async (options = {}) => await (await load()).listen(options),
    [Symbol.asyncDispose]: async () => await (await load()).close(),
  };
}
