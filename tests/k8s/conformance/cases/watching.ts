import { check, equal, rejection } from "../../../conformance/check.ts";
import type { KubeCase } from "../case.ts";
import { Told, within } from "../check.ts";

export const watching: readonly KubeCase[] = [
  {
    name: "watch: what happens after a list, in order",
    source: "wire: watch, watch-selector",
    needs: ["create sandboxes", "list sandboxes", "watch sandboxes", "patch sandboxes", "delete sandboxes"],
    async run({ kube, sandbox, unique, selector }) {
      const sandboxes = kube.sandboxes();
      await sandboxes.create(sandbox("before"));
      const { metadata } = await sandboxes.list({ labelSelector: selector });
      const { resourceVersion } = metadata;
      await using events = new Told(sandboxes.watch({ labelSelector: selector, resourceVersion }), unique);
      await sandboxes.create(sandbox("a"));
      await sandboxes.patch(`${unique}-a`, { spec: { paused: true } });
      await sandboxes.delete(`${unique}-a`);
      equal(await events.next(2), ["ADDED a", "MODIFIED a"]);
      const last = await events.event();
      check(last.type === "DELETED", last.type);
      equal([last.object.metadata.name, last.object.spec["paused"]], [`${unique}-a`, true]);
    },
  },
  {
    name: "watch: without a version, what is there comes first",
    source: "wire: watch-no-version",
    needs: ["create sandboxes", "list sandboxes", "watch sandboxes"],
    async run({ kube, sandbox, unique, selector }) {
      await kube.sandboxes().create(sandbox("a"));
      await kube.sandboxes().create(sandbox("b"));
      await using events = new Told(kube.sandboxes().watch({ labelSelector: selector }), unique);
      equal((await events.next(2)).toSorted(), ["ADDED a", "ADDED b"]);
      await kube.sandboxes().create(sandbox("c"));
      equal(await events.next(), ["ADDED c"]);
    },
  },
  {
    name: "watch: one object by its name",
    source: "wire: watch-one",
    needs: ["create sandboxes", "list sandboxes", "watch sandboxes", "patch sandboxes/status"],
    async run({ kube, sandbox, unique }) {
      const sandboxes = kube.sandboxes();
      const fieldSelector = `metadata.name=${unique}-a`;
      const { resourceVersion } = (await sandboxes.list({ fieldSelector })).metadata;
      await using events = new Told(sandboxes.watch({ fieldSelector, resourceVersion }), unique);
      await sandboxes.create(sandbox("other"));
      await sandboxes.create(sandbox("a"));
      equal(await events.next(), ["ADDED a"]);
      await sandboxes.patch(`${unique}-a`, { status: { phase: "Running" } }, { subresource: "status" });
      equal(await events.next(), ["MODIFIED a"]);
    },
  },
  {
    name: "watch: what is not selected any more is DELETED, and ADDED when it is again",
    source: "docs: watches with selectors",
    needs: ["create sandboxes", "list sandboxes", "watch sandboxes", "patch sandboxes"],
    async run({ kube, sandbox, unique, selector }) {
      const sandboxes = kube.sandboxes();
      const labelSelector = `${selector},state=on`;
      const { metadata } = await sandboxes.list({ labelSelector });
      const { resourceVersion } = metadata;
      await using events = new Told(sandboxes.watch({ labelSelector, resourceVersion }), unique);
      await sandboxes.create(sandbox("a"));
      for (const state of ["on", "off", "on"]) {
        await sandboxes.patch(`${unique}-a`, { metadata: { labels: { state } } });
      }
      equal(await events.next(3), ["ADDED a", "DELETED a", "ADDED a"]);
    },
  },
  {
    name: "watch: from a version that is too old, everything is listed again as RESYNCED, and the watch goes on",
    source: "wire: watch-expired",
    needs: ["create sandboxes", "list sandboxes", "watch sandboxes"],
    alone: true,
    async run({ kube, sandbox, unique, selector, compact }) {
      const sandboxes = kube.sandboxes();
      await sandboxes.create(sandbox("a"));
      await sandboxes.create(sandbox("b"));
      await compact();
      await using events = new Told(sandboxes.watch({ labelSelector: selector, resourceVersion: "1" }), unique);
      equal(await events.next(), ["RESYNCED a b"]);
      await sandboxes.create(sandbox("c"));
      equal(await events.next(), ["ADDED c"]);
    },
  },
  {
    name: "watch: cut connections are made again, nothing is missed, and nothing comes twice",
    source: "docs: efficient detection of changes",
    needs: ["create sandboxes", "list sandboxes", "watch sandboxes", "patch sandboxes", "delete sandboxes"],
    async run({ kube: direct, sandbox, unique, selector, relayed }) {
      const { kube, relay } = await relayed();
      const sandboxes = direct.sandboxes();
      await sandboxes.create(sandbox("a"));
      await using events = new Told(kube.sandboxes().watch({ labelSelector: selector }), unique);
      equal(await events.next(), ["ADDED a"]);
      for (const round of ["1", "2"]) {
        check(relay.cut() > 0, "no connection was open");
        await sandboxes.create(sandbox(`b${round}`));
        await sandboxes.patch(`${unique}-a`, { metadata: { annotations: { round } } });
        await sandboxes.delete(`${unique}-b${round}`);
        equal(await events.next(3), [`ADDED b${round}`, "MODIFIED a", `DELETED b${round}`]);
      }
    },
  },
  {
    name: "watch: a bookmark ends the initial events, and is told as none",
    source: "wire: watch-list",
    needs: ["create sandboxes", "watch sandboxes"],
    async run({ kube, sandbox, unique, selector }) {
      await kube.sandboxes().create(sandbox("a"));
      const path = `/apis/agents.kruise.io/v1alpha1/namespaces/${kube.namespace}/sandboxes`;
      const signal = new AbortController();
      const response = await kube.request(path, {
        signal: signal.signal,
        query: {
          watch: true,
          sendInitialEvents: true,
          resourceVersionMatch: "NotOlderThan",
          allowWatchBookmarks: true,
          labelSelector: selector,
          timeoutSeconds: 30,
        },
      });
      let text = "";
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      while (text.split("\n").length < 3) {
        const { done, value } = await within(reader.read(), "the bookmark");
        check(!done, "the watch ended");
        text += value;
      }
      const lines = text.trim().split("\n").map((line) => JSON.parse(line));
      equal(lines.map(({ type }) => type), ["ADDED", "BOOKMARK"]);
      equal(lines[0].object.metadata.name, `${unique}-a`);
      equal(lines[1].object.metadata.annotations, { "k8s.io/initial-events-end": "true" });
      signal.abort();
      await rejection(reader.read());
    },
  },
  {
    name: "watch: an abort ends it with the reason given, also while nothing happens",
    source: "docs: signals",
    needs: ["list sandboxes", "watch sandboxes"],
    async run({ kube, selector }) {
      const controller = new AbortController();
      const { signal } = controller;
      const events = kube.sandboxes().watch({ labelSelector: selector, signal })[Symbol.asyncIterator]();
      const next = rejection(events.next());
      const reason = new Error("no more");
      // Late enough that something is under way.
      await kube.sandboxes().list({ labelSelector: selector });
      controller.abort(reason);
      equal(await within(next, "the end") === reason, true, "its reason");
      const other = kube.sandboxes().watch({ labelSelector: selector, signal })[Symbol.asyncIterator]();
      equal(await rejection(other.next()) === reason, true, "the reason of one that was aborted before");
    },
  },
];
