import type { FaultPlan } from "./fault_plan.ts";

export type { FaultPlan } from "./fault_plan.ts";

/** A plan that has come true. */
export interface FaultStruck {
  /** The method and path of the request that it struck. */
  readonly request: string;
  /** The plan. */
  readonly plan: FaultPlan;
}

/** A proxy that breaks what passes through it, as it is told. */
export interface FaultProxy extends AsyncDisposable {
  /** Where it listens, with the path of the target: what `sandboxBaseUrl` is set to. */
  readonly url: string;
  /** How many plans wait for a request. */
  readonly pending: number;
  /** The plans that have changed something, in the order in which they did: an answer may end before its fault. */
  readonly struck: readonly FaultStruck[];
  /**
   * Plans what goes wrong with the next request. Plans queue up: each request takes, when its head has come, the first
   * plan there is for it, whatever connection it comes on. Requests without one pass unharmed.
   *
   * @param plan The faults. `{}` lets one request pass.
   * @throws {TypeError} When a member cannot be, or does not combine with another.
   *
   * @example The third request meets a gateway that is not ready
   * ```ts
   * import { startFaultProxy } from "@kruise-agents/runtime/testing";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * await using proxy = await startFaultProxy(runtime.url);
   * proxy.next({});
   * proxy.next({});
   * proxy.next({ reply: { status: 503, body: "sandbox gateway is not ready" } });
   * const statuses = [];
   * for (let i = 0; i < 3; i++) {
   *   const response = await fetch(`${proxy.url}/health`);
   *   await response.body?.cancel();
   *   statuses.push(response.status);
   * }
   * assertEquals(statuses, [204, 204, 503]);
   * ```
   */
  next(plan: FaultPlan): void;
  /**
   * Closes the connections that stand between two requests, as a server does with those that are idle for long. A
   * client that sends its next request at that moment finds it closed.
   *
   * @returns How many there were.
   */
  closeIdle(): number;
  /** Stops listening and closes every connection at once. */
  close(): Promise<void>;
}

/**
 * Starts a proxy on 127.0.0.1 in front of a runtime, or of anything else that speaks HTTP/1.1, to test how a program
 * bears what networks and gateways do. Bytes pass as they are; a host name in a request stays the proxy's.
 *
 * It follows HTTP as far as it must to know where requests, answers and the messages of streams begin and end; it does
 * not serve requests that are sent before the answer to the one before is there.
 *
 * @param target The base URL of what it stands before, without TLS, a user or a password.
 * @returns The running proxy, to be closed after use.
 * @throws {TypeError} When the target is not the `http:` URL of a server.
 *
 * @example A command's answer is lost: nobody knows whether it ran, and it is not run again
 * ```ts
 * import { isSandboxError, RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { startFaultProxy } from "@kruise-agents/runtime/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * await using proxy = await startFaultProxy(runtime.url);
 * const sandbox = new RuntimeClient({ ...runtime.clientOptions(), sandboxBaseUrl: proxy.url });
 *
 * proxy.next({ match: "/process.Process/Start", loseResponse: true });
 * const error = await sandbox.commands.run(["true"]).catch((error) => error);
 * assert(isSandboxError(error, "network"));
 * assertEquals(proxy.struck.length, 1);
 * ```
 */
export async function startFaultProxy(target: string): Promise<FaultProxy> {
  // Only here: what imports the entry need not have the modules of Node.
  const { openFaultProxy } = await import("./open_fault_proxy.ts");
  return await openFaultProxy(target);
}
