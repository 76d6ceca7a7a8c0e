import type { FakeKube } from "../../../src/testing/mod.ts";
import type { HandClock } from "./hand_clock.ts";
import { EXCHANGES } from "./recording.ts";

/** Sends a request as the recorder did. */
export type Send = (method: string, path: string, body?: unknown, type?: string) => Promise<void>;

const API = "/apis/agents.kruise.io/v1alpha1/namespaces";
const MERGE = "application/merge-patch+json";

function sandbox(name: string, spec: unknown, metadata: Record<string, unknown> = {}): Record<string, unknown> {
  return { apiVersion: "agents.kruise.io/v1alpha1", kind: "Sandbox", metadata: { name, ...metadata }, spec };
}

const template = { template: { spec: { containers: [{ name: "main", image: "local" }] } } };

/** What the recorder did before an exchange, without recording it. */
export const BEFORE: Readonly<Record<string, (send: Send, kube: FakeKube, clock: HandClock) => Promise<void> | void>> =
  {
    "list-empty": (_, kube) => {
      // The server had just started.
      kube.next({ status: 429, body: EXCHANGES.find(({ name }) => name === "list-empty")?.response.body as object });
    },
    "create-missing-namespace": (send) => send("POST", `${API}/wire/sandboxes`, sandbox("from-yaml", template)),
    "status-ignored-on-main": (send) =>
      send("PATCH", `${API}/wire/sandboxes/one/status`, { status: { message: "put" } }, MERGE),
    "get-table": (_send, _kube, clock) => clock.advance(1000),
    "too-many-requests": (_, kube) => kube.next({ status: 429 }),
    "delete-finalizer": (send) =>
      send("POST", `${API}/wire/sandboxes`, sandbox("fin", template, { finalizers: ["agents.kruise.io/sandbox"] })),
    "page-1": async (send) => {
      for (const name of ["a", "b", "c", "d", "e"]) {
        const labels = { vowel: String(name === "a" || name === "e") };
        await send("POST", `${API}/pages/sandboxes`, sandbox(name, { paused: true }, { labels }));
      }
    },
    "page-2": (send) => send("POST", `${API}/pages/sandboxes`, sandbox("bb", { paused: true })),
    "continue-expired": async (send, kube) => {
      await send("POST", `${API}/pages/sandboxes`, sandbox("tick", { paused: true }));
      kube.compact();
    },
    "watch": (send) =>
      send("POST", `${API}/watched/sandboxes`, sandbox("old", { paused: false }, { labels: { colour: "red" } })),
  };

/** What the recorder did while a watch ran: when, in seconds, and what. */
export const DURING: Readonly<Record<string, readonly (readonly [at: number, (send: Send) => Promise<void>])[]>> = {
  "watch": [[0.3, async (send) => {
    const finalizers = ["agents.kruise.io/sandbox"];
    const path = `${API}/watched/sandboxes/new`;
    await send("POST", `${API}/watched/sandboxes`, sandbox("new", { paused: false }, { finalizers }));
    await send("PATCH", `${path}/status`, { status: { phase: "Running" } }, MERGE);
    await send("PATCH", path, { spec: { paused: true } }, MERGE);
    await send("DELETE", path);
    await send("PATCH", path, { metadata: { finalizers: null } }, MERGE);
  }]],
  "watch-one": [[0.2, async (send) => {
    await send("POST", `${API}/watched/sandboxes`, sandbox("other", { paused: true }));
    await send("PATCH", `${API}/watched/sandboxes/old`, { spec: { paused: true } }, MERGE);
    await send("DELETE", `${API}/watched/sandboxes/other`);
  }]],
  "watch-selector": [[0.2, async (send) => {
    await send("PATCH", `${API}/watched/sandboxes/old`, { metadata: { labels: { colour: "blue" } } }, MERGE);
    await send("PATCH", `${API}/watched/sandboxes/old`, { metadata: { labels: { colour: "red" } } }, MERGE);
  }]],
  "watch-list": [[
    0.4,
    (send) => send("PATCH", `${API}/watched/sandboxes/old`, { spec: { paused: false } }, MERGE),
  ]],
  "watch-list-gzip": [
    [0.4, (send) => send("PATCH", `${API}/watched/sandboxes/old`, { spec: { paused: true } }, MERGE)],
    [1, (send) => send("PATCH", `${API}/watched/sandboxes/old`, { spec: { paused: false } }, MERGE)],
  ],
};

/** Bodies that the recording only describes. */
export const BODIES: Readonly<Record<string, () => unknown>> = {
  "create-too-large": () => sandbox("big", { template: {} }, { annotations: { big: "x".repeat(3_200_000) } }),
  "create-etcd-limit": () => sandbox("big", { template: { big: "x".repeat(1_700_000) } }),
};
