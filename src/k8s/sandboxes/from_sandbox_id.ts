import type { RuntimeClient } from "../../../mod.ts";
import type { FromK8sOptions } from "./from_options.ts";

/**
 * Makes a client of a sandbox by the id that the gateway knows it by: a short one, or `<namespace>--<name>`. Otherwise
 * it does as {@linkcode fromK8s}.
 *
 * An id of the second form takes the right to `get` sandboxes in that namespace. A short one takes the right to `list`
 * them in all namespaces; where only that is missing, the sandbox is looked for in the namespace of `kube`. The right
 * to `get` it is needed, too, to read its token again.
 *
 * @param sandboxId The id.
 * @param options How it is found and reached.
 * @returns The client of the running sandbox.
 *
 * @throws {TypeError | RangeError} When there can be no such id, or an option cannot be.
 * @throws {NotFoundError} When no sandbox has the id.
 * @throws {SandboxNotRunningError} When it does not run; `state` says what it does instead.
 * @throws {KubeStatusError} When the API server refuses.
 *
 * @example
 * ```ts
 * import { fromSandboxId, KubeClient } from "@kruise-agents/runtime/k8s";
 * import { startFakeKube } from "@kruise-agents/runtime/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using cluster = await startFakeKube();
 * await using kube = await KubeClient.fromConfig(cluster.config, { fetch: cluster.fetch });
 * const domain = "127.0.0.1:7788";
 * await assertRejects(() => fromSandboxId("k7m2qz4x3p5ab", { kube, domain }), Error, "no sandbox has this id");
 * ```
 */
export async function fromSandboxId(sandboxId: string, options: FromK8sOptions = {}): Promise<RuntimeClient> {
  return await (await import("./from_now.ts")).byId(sandboxId, options);
}
