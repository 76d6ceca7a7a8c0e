/** Waits on servers that end watches, fail, or do not know what they were asked for. */

import { assert, assertEquals } from "@std/assert";
import { TimeoutError } from "../../../mod.ts";
import { isForbidden, waitForSandbox } from "../../../src/k8s/mod.ts";
import {
  bookmark,
  events,
  failure as refused,
  json,
  sandbox,
  scripted,
  status as statusOf,
} from "../client/scripted.ts";
import { control, sandboxOf, stage, STATUS, watched } from "./stage.ts";
import { failure } from "./tools.ts";

const MINE = { name: "mine", namespace: "default" };
const STARTING = sandboxOf("mine", { status: STATUS.starting });

Deno.test("waitForSandbox: a watch that ends each second", async () => {
  await using on = await stage([STARTING]);
  const waiting = waitForSandbox(on.kube, MINE);
  for (let count = 1; count <= 20; count++) {
    await watched(on, count);
    on.fake.endWatches();
  }
  control(on.fake, STARTING, STATUS.running);
  await waiting;
  assertEquals(new Set(on.verbs().slice(1)), new Set(["watch sandboxes"]), "it goes on from the last version");
});

Deno.test("waitForSandbox: an API server that fails for a while", async () => {
  await using on = await stage([STARTING]);
  const waiting = waitForSandbox(on.kube, MINE);
  await watched(on);
  const isWatch = ({ verb }: { verb?: string }) => verb === "watch";
  for (const status of [500, 502, 503]) on.fake.next({ status, when: isWatch, retryAfter: 1 });
  on.fake.next({ status: 429, when: isWatch });
  on.fake.next({ cutAfterBytes: 0, when: isWatch });
  on.fake.endWatches();
  await watched(on, 7);
  on.fake.endWatches(410);
  await watched(on, 8);
  control(on.fake, STARTING, STATUS.running);
  await waiting;
});

Deno.test("waitForSandbox: where events are older than what was read, the store was restored", async () => {
  const at = (version: string, status: object) => ({ ...sandbox("mine", version), status });
  const { kube, seen } = scripted(({ query }, index) => {
    if (index === 0) return json(at("500", STATUS.pending));
    if (index === 1) return events(["MODIFIED", at("300", STATUS.pending)], ["MODIFIED", at("301", STATUS.running)]);
    assertEquals(index > 2 || query.get("resourceVersion") === null, true);
    if (index === 2) return events(["ADDED", at("299", STATUS.failed)], ["ADDED", at("301", STATUS.unready)]);
    return json(at("301", STATUS.running));
  });
  const found = await waitForSandbox(kube, { name: "mine" });
  assertEquals(found.metadata.resourceVersion, "301");
  assertEquals(seen.map(({ query }) => query.has("watch")), [false, true, true, false]);
});

Deno.test("waitForSandbox: what was before the read is left out of a watch from no version", async () => {
  const at = (version: string, status: object) => ({ ...sandbox("mine", version), status });
  const { kube } = scripted((_request, index) => {
    if (index === 0) return json(at("100", STATUS.pending));
    if (index === 1) return refused(410, "Expired");
    if (index === 3) return json(at("500", STATUS.unready));
    const lines = [["ADDED", at("100", STATUS.failed)], ["MODIFIED", at("500", STATUS.failed)]] as const;
    return events(...lines, bookmark("501"), ["MODIFIED", at("502", STATUS.running)]);
  });
  assertEquals((await waitForSandbox(kube, { name: "mine" })).metadata.resourceVersion, "502");
});

Deno.test("waitForSandbox: a server that knows no version is asked ever more seldom", async () => {
  const mine = { ...sandbox("mine", "100"), status: STATUS.pending };
  const expired = [
    () => refused(410, "Expired"),
    () => events(["ADDED", mine], ["ERROR", statusOf(410, "Expired")]),
  ];
  for (const answer of expired) {
    const { kube, seen, clock } = scripted(({ query }) => {
      if (seen.length > 40) return refused(403, "Forbidden");
      return query.has("watch") ? answer() : json(mine);
    });
    assert(isForbidden(await failure(() => waitForSandbox(kube, { name: "mine" }, { timeoutMs: 0 }))));
    assert(clock.now() > 60_000, `40 requests in ${clock.now()} ms`);
  }
});

Deno.test("waitForSandbox: the limit of one request is not the limit of the wait", async () => {
  const slow = new TimeoutError("Cannot get sandboxes", { code: "request_timeout" });
  const { kube } = scripted(() => Promise.reject(slow));
  assertEquals(await failure(() => waitForSandbox(kube, { name: "mine" })) === slow, true);
});
