import { type FakeKube, type FakeKubeRule, startFakeKube } from "../../../src/testing/mod.ts";
import type { KubeObject } from "../../../src/k8s/mod.ts";
import type { HandClock } from "./hand_clock.ts";
import { EXCHANGES } from "./recording.ts";

const DEFAULT = { namespaces: ["default"] };
const DEV: readonly FakeKubeRule[] = [
  {
    ...DEFAULT,
    apiGroups: ["agents.kruise.io"],
    resources: ["sandboxes", "sandboxes/status", "sandboxclaims"],
    verbs: ["*"],
  },
  { ...DEFAULT, apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] },
];

/** A fake API as the recorder's was: its users and their rights, its namespaces and its Pod. */
export function startRecorded(clock: HandClock): Promise<FakeKube> {
  const space = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const ending: KubeObject = {
    ...space("ending"),
    metadata: { name: "ending", deletionTimestamp: "2026-11-21T07:09:30Z" },
  };
  const pod = EXCHANGES.find(({ name }) => name === "pod-get")?.response.body as KubeObject;
  return startFakeKube({
    clock,
    objects: [space("wire"), space("pages"), space("watched"), ending, pod],
    users: [
      { name: "admin", token: "t-admin" },
      { name: "dev", token: "t-dev", groups: ["devs"], rules: DEV },
      {
        name: "viewer",
        token: "t-viewer",
        rules: [{ ...DEFAULT, apiGroups: ["agents.kruise.io"], resources: ["sandboxes"], verbs: ["get"] }],
      },
      { name: "throttled", token: "t-throttled", rules: DEV },
    ],
  });
}
