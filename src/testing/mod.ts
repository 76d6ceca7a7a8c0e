/**
 * Tools for testing what uses sandboxes, without one: recorded answers to give again, and what stands between a client
 * and a sandbox, to misbehave as it is told.
 *
 * `record` and `replay` use web APIs alone, and so does an import of this entry. `startFakeGateway` and
 * `startFaultProxy` listen on 127.0.0.1, on Deno, Bun and Node, and load what they take of `node:` when they are called:
 * a bundler for browsers is told to leave `node:*` out (`--external:node:*` of esbuild), and, for a program that names
 * one of the two, to keep what is loaded later apart (`--splitting`).
 *
 * @example A test against recorded answers
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { record, replay } from "@kruise-agents/runtime/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const count = async ({ commands }: RuntimeClient) => Number((await commands.run("seq 7 | wc -l")).stdout);
 *
 * // Once, where there is a sandbox, or a runtime that stands in for it. Keep the JSON beside the test.
 * await using runtime = await startLocalRuntime();
 * const recorder = record(fetch);
 * await count(new RuntimeClient({ ...runtime.clientOptions(), fetch: recorder.fetch }));
 * const json = JSON.stringify(await recorder.cassette(), null, 2);
 *
 * // From then on, with no sandbox and no network.
 * const answers = replay(JSON.parse(json));
 * assertEquals(await count(new RuntimeClient({ sandboxBaseUrl: "http://sandbox.test", fetch: answers })), 7);
 * ```
 *
 * @module
 */

export { type FakeGateway, startFakeGateway } from "./gateway/fake_gateway.ts";
export type {
  FakeGatewayOptions,
  FakeRouteOptions,
  GatewayAnswer,
  TrafficTokenOptions,
} from "./gateway/fake_gateway_options.ts";
export { type FakeKube, startFakeKube } from "./kube/fake_kube.ts";
export type { FakeKubeClock } from "./kube/call.ts";
export type { FakeKubeFault, FakeKubeRequest } from "./kube/fake_kube_fault.ts";
export type { FakeKubeListener, FakeKubeListenOptions } from "./kube/fake_kube_listener.ts";
export type {
  FakeKubeKind,
  FakeKubeObject,
  FakeKubeOptions,
  FakeKubeRule,
  FakeKubeUser,
} from "./kube/fake_kube_options.ts";
export type { FakeKubeNode, FakePodRef, FakePods } from "./kube/pods/fake_pods.ts";
export { type FaultPlan, type FaultProxy, type FaultStruck, startFaultProxy } from "./faults/fault_proxy.ts";
export {
  GATEWAY_REPLIES,
  type GatewayReply,
  gatewayReply,
  type GatewayReplyName,
  type GatewayReplyValues,
} from "./gateway/replies.ts";
export type { Cassette, CassetteOptions } from "./cassette/cassette.ts";
export { record, type Recorder, type RecordOptions, type SettleOptions } from "./cassette/record.ts";
export { type Replay, replay, type ReplayOptions, type UnusedExchange } from "./cassette/replay.ts";
