import { assertEquals } from "@std/assert";
import { startFakeKube } from "../../../src/testing/mod.ts";
import { ask, sandbox, SANDBOXES } from "./kube_tools.ts";

const OBJECTS = [
  sandbox("one", {}, { labels: { app: "web", tier: "1" } }),
  sandbox("two", {}, { labels: { app: "db", tier: "20" } }),
  sandbox("three", {}, { labels: { app: "" } }),
  sandbox("four"),
];

const LABELS: Readonly<Record<string, string>> = {
  "": "four one three two",
  "app": "one three two",
  "!app": "four",
  "app=web": "one",
  "app==web": "one",
  "app = web": "one",
  "app!=web": "four three two",
  "app=": "three",
  "app in (web,db)": "one two",
  "app in ( web , db ),tier": "one two",
  "app in (web,)": "one three",
  "app notin (web,db)": "four three",
  "tier>5": "two",
  "tier<5": "one",
  "app=web,tier=1": "one",
  "app=web,tier=20": "",
};

const FIELDS: Readonly<Record<string, string>> = {
  "metadata.name=one": "one",
  "metadata.name==one": "one",
  "metadata.name!=one": "four three two",
  "metadata.namespace=default": "four one three two",
  "metadata.namespace=other": "",
  "metadata.name=one,metadata.namespace=default": "one",
};

Deno.test("kube: selectors choose what the server's choose", async () => {
  await using kube = await startFakeKube({ objects: OBJECTS });
  const names = async (parameter: string, selector: string) => {
    const { body } = await ask(kube, "GET", `${SANDBOXES}?${parameter}=${encodeURIComponent(selector)}`);
    return body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name).join(" ");
  };
  for (const [selector, expected] of Object.entries(LABELS)) {
    assertEquals(await names("labelSelector", selector), expected, selector);
  }
  for (const [selector, expected] of Object.entries(FIELDS)) {
    assertEquals(await names("fieldSelector", selector), expected, selector);
  }
});

Deno.test("kube: a selector that cannot be read is 400", async () => {
  await using kube = await startFakeKube();
  for (const selector of ["a in", "a in x", "a in (x", "=b", "a,", "a b", "!", "a in (x)(y)", "(a)"]) {
    const { status, body } = await ask(kube, "GET", `${SANDBOXES}?labelSelector=${encodeURIComponent(selector)}`);
    assertEquals([status, body.reason], [400, "BadRequest"], selector);
  }
  for (const selector of ["metadata.name", "spec.paused=true", "x"]) {
    const { status, body } = await ask(kube, "GET", `${SANDBOXES}?fieldSelector=${encodeURIComponent(selector)}`);
    assertEquals([status, body.reason], [400, "BadRequest"], selector);
  }
});

Deno.test("kube: Events are found by what they are about, and Pods by their phase", async () => {
  const event = (name: string, involved: string) => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name },
    involvedObject: { kind: "Sandbox", name: involved },
    reason: "FailedScheduling",
  });
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "box" }, spec: { containers: [{ name: "main" }] } };
  await using kube = await startFakeKube({ objects: [event("a", "mine"), event("b", "other"), pod] });
  const events = "/api/v1/namespaces/default/events?fieldSelector=";
  const found = await ask(kube, "GET", `${events}involvedObject.name=mine,involvedObject.kind=Sandbox`);
  assertEquals(found.body.items.map(({ reason }: { reason: string }) => reason), ["FailedScheduling"]);
  assertEquals([found.body.kind, found.body.items[0].kind], ["EventList", undefined]);
  for (const [phase, count] of [["Pending", 1], ["Running", 0]]) {
    const { body } = await ask(kube, "GET", `/api/v1/pods?fieldSelector=status.phase=${phase}`);
    assertEquals(body.items.length, count);
  }
});
