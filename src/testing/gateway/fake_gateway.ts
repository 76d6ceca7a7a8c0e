import type { LocalRuntime } from "../../local/mod.ts";
import type { FakeGatewayOptions, FakeRouteOptions, TrafficTokenOptions } from "./fake_gateway_options.ts";

/** A gateway on this machine, with sandboxes behind it. */
export interface FakeGateway extends AsyncDisposable {
  /** Its host and port, for the client option `domain`: `localhost:41234`. */
  readonly domain: string;
  /** Where it listens, by address: `http://127.0.0.1:41234`, or with `https`. */
  readonly url: string;
  /**
   * Tells the gateway of a sandbox, or that it changed. Requests under way to what the sandbox was before are cut
   * when it no longer runs, or runs elsewhere: a paused sandbox loses its pod, and all streams with it.
   *
   * @param sandboxId The id by which requests name it.
   * @param runtime Where its port 49983 is. Its other ports are those of 127.0.0.1.
   * @param options Its state and its tokens.
   * @throws {TypeError} When something given cannot be.
   *
   * @example A sandbox that is paused and resumed
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { startFakeGateway } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * await using gateway = await startFakeGateway();
   * const sandbox = new RuntimeClient({
   *   sandboxId: "default--mine",
   *   domain: gateway.domain,
   *   runtimeToken: runtime.token,
   * });
   *
   * gateway.route("default--mine", runtime, { state: "paused" });
   * assertEquals(await sandbox.health(), false);
   * gateway.route("default--mine", runtime);
   * assertEquals(await sandbox.health(), true);
   * ```
   */
  route(sandboxId: string, runtime: Pick<LocalRuntime, "url">, options?: FakeRouteOptions): void;
  /**
   * Takes a sandbox out, as if it were deleted. Requests under way to it are cut.
   *
   * @param sandboxId Its id.
   * @returns Whether the gateway knew it.
   *
   * @example
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startFakeGateway } from "@kruise-agents/runtime/testing";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using gateway = await startFakeGateway();
   * gateway.route("default--mine", { url: "http://127.0.0.1:1" });
   * assertEquals(gateway.unroute("default--mine"), true);
   *
   * const sandbox = new RuntimeClient({ sandboxId: "default--mine", domain: gateway.domain });
   * await assertRejects(() => sandbox.commands.run("true"), Error, "sandbox not found: default--mine");
   * ```
   */
  unroute(sandboxId: string): boolean;
  /**
   * Says whether the gateway is ready, which a real one is not while it starts and shuts down. Requests under way go
   * on.
   *
   * @param ready Whether it is.
   * @throws {TypeError} When the gateway is a `"legacy"` one, which has no such answer.
   *
   * @example The client tries again by itself
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { startFakeGateway } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * await using gateway = await startFakeGateway({ ready: false, onAnswer: () => gateway.setReady(true) });
   * gateway.route("default--mine", runtime);
   * const sandbox = new RuntimeClient({
   *   sandboxId: "default--mine",
   *   domain: gateway.domain,
   *   runtimeToken: runtime.token,
   * });
   * assertEquals((await sandbox.commands.run("echo hello")).stdout, "hello\n");
   * ```
   */
  setReady(ready: boolean): void;
  /**
   * Issues a traffic token that this gateway takes, signed with a key of its own.
   *
   * @param sandboxId The sandbox it is for.
   * @param options What else it says.
   * @returns A JWT, for the client option `trafficToken`.
   * @throws {TypeError} When the sandbox is not routed and no `uid` is given, or the date is none.
   *
   * @example
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { startFakeGateway } from "@kruise-agents/runtime/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * await using gateway = await startFakeGateway({ enableJwtAuth: true });
   * gateway.route("default--mine", runtime, { trafficAuth: true });
   * const sandbox = new RuntimeClient({
   *   sandboxId: "default--mine",
   *   domain: gateway.domain,
   *   runtimeToken: runtime.token,
   *   trafficToken: () => gateway.trafficToken("default--mine"),
   * });
   * assertEquals(await sandbox.health(), true);
   * ```
   */
  trafficToken(sandboxId: string, options?: TrafficTokenOptions): Promise<string>;
  /** Cuts what is under way and stops listening. The runtimes go on. */
  close(): Promise<void>;
}

/**
 * Starts a gateway on this machine that finds sandboxes as that of OpenKruise Agents does: by the path
 * `/kruise/<id>/<port>/…`, else by the headers `e2b-sandbox-id` and `e2b-sandbox-port`, else by the host
 * `<port>-<id>.…`. What it answers by itself, it answers word for word, and it checks in the real one's order.
 *
 * Port 49983 of a sandbox is its runtime, and every other port is that port of 127.0.0.1, WebSockets included. Nothing
 * is gathered on the way: a side that does not read stops the other, and where one goes away the other is told.
 *
 * Names below `localhost` resolve in browsers, in Bun and on some systems. Where they do not, routing by host takes a
 * `fetch` that connects to `url` and sends the name as `Host`. HTTP/2 is not spoken.
 *
 * @param options How it behaves.
 * @returns The running gateway, to be closed after use.
 * @throws {TypeError | RangeError} When an option cannot be.
 *
 * @example A sandbox behind a gateway
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { startFakeGateway } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * await using gateway = await startFakeGateway();
 * gateway.route("default--mine", runtime);
 *
 * const sandbox = new RuntimeClient({
 *   sandboxId: "default--mine",
 *   domain: gateway.domain,
 *   runtimeToken: runtime.token,
 * });
 * const { stdout } = await sandbox.commands.run("echo hello");
 * assertEquals(stdout, "hello\n");
 * ```
 */
export async function startFakeGateway(options: FakeGatewayOptions = {}): Promise<FakeGateway> {
  // Only here: what imports the entry need not have the modules of Node.
  const { openGateway } = await import("./open_gateway.ts");
  return await openGateway(options);
}
