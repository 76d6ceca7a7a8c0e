/**
 * What the entry "./k8s" promises about pods. A change that no longer fits this file breaks programs that use it.
 */

import type { Bytes, CommandResult, InputData, OutputOptions, PtySize, WaitOptions } from "./contract.d.ts";
import type { KubeCallOptions, KubeClient, Sandbox } from "./k8s_client.d.ts";
import type { ObjectRef } from "./k8s_sandboxes.d.ts";

export interface PodTarget {
  pod: string;
  namespace?: string | undefined;
  container?: string | undefined;
  kubeletUrl?: string | undefined;
  kubeletCa?: string | undefined;
  kubeletServerName?: string | undefined;
}
export interface ExecOptions {
  verified?: boolean | undefined;
  stdin?: boolean | InputData | undefined;
  tty?: boolean | undefined;
  size?: PtySize | undefined;
  signal?: AbortSignal | undefined;
}
export interface ExecHandle extends AsyncDisposable {
  readonly stdin: WritableStream<Uint8Array | string>;
  readonly stdout: ReadableStream<Bytes>;
  readonly stderr: ReadableStream<Bytes>;
  resize(size: PtySize): Promise<void>;
  wait(options?: WaitOptions & OutputOptions): Promise<Omit<CommandResult, "pid">>;
  close(): Promise<void>;
}
export interface PodForward extends AsyncDisposable {
  connect(
    options?: { signal?: AbortSignal | undefined },
  ): Promise<{ readonly readable: ReadableStream<Bytes>; readonly writable: WritableStream<Uint8Array> }>;
  listen(options?: { port?: number | undefined }): Promise<string>;
}

/** Members of `KubeClient`. */
export interface PodCalls {
  exec(target: PodTarget, command: readonly string[], options?: ExecOptions): Promise<ExecHandle>;
  copyTo(
    target: PodTarget,
    files: { from: ReadableStream<Uint8Array>; to: string },
    options?: KubeCallOptions,
  ): Promise<void>;
  copyFrom(target: PodTarget, path: string, options?: KubeCallOptions): Promise<ReadableStream<Bytes>>;
  logs(
    target: PodTarget,
    options?: KubeCallOptions & {
      follow?: boolean | undefined;
      sinceSeconds?: number | undefined;
      tailLines?: number | undefined;
      previous?: boolean | undefined;
      timestamps?: boolean | undefined;
    },
  ): Promise<ReadableStream<Bytes>>;
  portForward(target: PodTarget, port: number): PodForward;
}

export function podOf(sandbox: Sandbox): PodTarget;
export function execIn(
  kube: KubeClient,
  target: ObjectRef,
  command: readonly string[],
  options?: ExecOptions,
): Promise<ExecHandle>;
