import type { RuntimeClient } from "../../../mod.ts";
import type { FromK8sOptions } from "./from_options.ts";

/**
 * Makes a client of a sandbox by the name of its `Sandbox` object. Its id and its token are those of the object, which
 * is read again when the token is refused: a sandbox that was created anew under the same name, or was given to
 * somebody else, is an error and gets no command. It takes the right to `get` sandboxes, and for `waitReady` to `watch`
 * them.
 *
 * @param namespace Its namespace.
 * @param name Its name.
 * @param options How it is found and reached.
 * @returns The client of the running sandbox.
 *
 * @throws {TypeError | RangeError} When a name or an option cannot be, or it is not clear where the gateway is.
 * @throws {NotFoundError} When there is no such sandbox.
 * @throws {SandboxNotRunningError} When it does not run; `state` says what it does instead.
 * @throws {AuthenticationError} When it demands a traffic token and none is given.
 * @throws {KubeConfigError} When there is no configuration to find the API server by.
 * @throws {KubeStatusError} When the API server refuses.
 * @throws {TimeoutError} When `timeoutMs` is over.
 *
 * @example
 * ```ts
 * import { fromK8s, KubeClient } from "@kruise-agents/runtime/k8s";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { startFakeGateway, startFakeKube } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * // What a cluster has.
 * await using runtime = await startLocalRuntime();
 * await using gateway = await startFakeGateway();
 * gateway.route("default--my-sandbox", runtime);
 * const lastTransitionTime = "2026-08-22T09:58:31Z";
 * await using cluster = await startFakeKube({
 *   objects: [{
 *     apiVersion: "agents.kruise.io/v1alpha1",
 *     kind: "Sandbox",
 *     metadata: {
 *       name: "my-sandbox",
 *       annotations: { "agents.kruise.io/runtime-access-token": runtime.token },
 *     },
 *     spec: {},
 *     status: {
 *       phase: "Running",
 *       conditions: [{ type: "Ready", status: "True", reason: "PodReady", message: "", lastTransitionTime }],
 *     },
 *   }],
 * });
 *
 * await using kube = await KubeClient.fromConfig(cluster.config, { fetch: cluster.fetch }); // or left out
 * const sandbox = await fromK8s("default", "my-sandbox", { kube, domain: gateway.domain });
 * assertEquals((await sandbox.commands.run("echo hello")).stdout, "hello\n");
 * ```
 */
export async function fromK8s(
  namespace: string,
  name: string,
  options: FromK8sOptions = {},
): Promise<RuntimeClient> {
  return await (await import("./from_now.ts")).byName(namespace, name, options);
}
