import { type SandboxState, UnsupportedError } from "../../../mod.ts";
import type { KubeClient } from "../client/kube_client.ts";
import type { KubeCallOptions, Sandbox } from "../types.ts";
import type { ObjectRef } from "./object_ref.ts";

/** What is waited for. */
export interface WaitOptionsK8s extends KubeCallOptions {
  /**
   * The state that the sandbox shall have.
   *
   * @default {"running"}
   */
  state?: SandboxState | undefined;
}

/** Waits until a sandbox is in a state. */
export function waitForSandbox(_kube: KubeClient, _target: ObjectRef, _options: WaitOptionsK8s = {}): Promise<Sandbox> {
  return Promise.reject(new UnsupportedError("Cannot wait for a sandbox: not there yet", { code: "unsupported" }));
}
