/** What the entries "./local" and "./testing" promise. */

import type { Fetch, RuntimeClientOptions, SandboxState } from "./contract.d.ts";
import type { KubeConfig, KubeObject } from "./k8s_client.d.ts";

// ---- entry "./local"
export interface LocalRuntimeOptions {
  port?: number | undefined;
  token?: string | undefined;
  envs?: Record<string, string> | undefined;
  home?: string | undefined;
  accounts?: Readonly<Record<string, { home: string; uid?: number | undefined; gid?: number | undefined }>> | undefined;
  version?: "0.2.10" | "0.6.13" | undefined;
}
export interface LocalRuntime extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly fetch: Fetch;
  clientOptions(): RuntimeClientOptions;
  close(): Promise<void>;
}
export function startLocalRuntime(options?: LocalRuntimeOptions): Promise<LocalRuntime>;

// ---- entry "./testing"
export interface Cassette {
  readonly version: 1;
  readonly exchanges: readonly unknown[];
}
export interface Recorder {
  readonly fetch: Fetch;
  cassette(): Promise<Cassette>;
}
export function record(fetch: Fetch): Recorder;
export function replay(cassette: Cassette): Fetch;
export interface FaultPlan {
  cutAfterBytes?: number;
  cutAtFrame?: number;
  resetAfterBytes?: number;
  stallMs?: number;
  bytesPerSecond?: number;
  splitWrites?: boolean;
  loseResponse?: boolean;
  reply?: { status: number; body: string };
}
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  next(plan: FaultPlan): void;
}
export function startFaultProxy(target: string): Promise<FaultProxy>;
export interface FakeGateway extends AsyncDisposable {
  readonly domain: string;
  route(sandboxId: string, runtime: LocalRuntime, options?: { state?: SandboxState; token?: string }): void;
}
export function startFakeGateway(): Promise<FakeGateway>;
export interface FakeKube extends AsyncDisposable {
  readonly fetch: Fetch;
  readonly config: KubeConfig;
}
export function startFakeKube(options?: { objects?: readonly KubeObject[] }): Promise<FakeKube>;
