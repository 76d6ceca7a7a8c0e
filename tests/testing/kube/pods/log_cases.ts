import assert from "node:assert/strict";
import type { FakeKube, FakeKubeClock } from "../../../../src/testing/mod.ts";
import { pod, type PodCase, withPods } from "./pod_tools.ts";

const HEADERS = { authorization: "Bearer t-admin" };

function ask(kube: FakeKube, query = "", name = "box", signal?: AbortSignal): Promise<Response> {
  const url = `https://kube.test/api/v1/namespaces/default/pods/${name}/log?${query}`;
  return kube.fetch(url, { headers: HEADERS, ...(signal === undefined ? {} : { signal }) });
}

async function log(kube: FakeKube, query = "", name = "box"): Promise<string> {
  const response = await ask(kube, query, name);
  assert.equal(response.status, 200, await response.clone().text());
  return await response.text();
}

/** A clock that is set by hand. */
function handClock(): FakeKubeClock & { time: number } {
  return {
    time: Date.parse("2026-11-21T07:00:00.250Z"),
    now() {
      return this.time;
    },
    after: () => () => {},
  };
}

/** Reads a stream until it has some text. */
async function until(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<void> {
  let all = "";
  while (!all.endsWith(text)) {
    const { done, value } = await reader.read();
    assert.equal(done, false, `the log ended with ${JSON.stringify(all)}`);
    all += new TextDecoder().decode(value);
  }
}

/** What logs are. */
export const LOG_CASES: readonly PodCase[] = [
  {
    name: "a log is all of it, its last lines, its first bytes, or what is not too old",
    async run() {
      const clock = handClock();
      await withPods(async (kube) => {
        kube.pods.print({ pod: "box" }, "one\ntwo");
        clock.time += 10_000;
        kube.pods.print({ pod: "box" }, " and more\nthree\n");
        kube.pods.print({ pod: "box" }, new Uint8Array([0xff, 0xfe, 10]));
        const bytes = new Uint8Array(await (await ask(kube)).arrayBuffer());
        assert.deepEqual([...bytes.subarray(-3)], [0xff, 0xfe, 10]);
        kube.pods.exit({ pod: "box" }, { restart: true });
        kube.pods.print({ pod: "box" }, "one\ntwo");
        clock.time += 10_000;
        kube.pods.print({ pod: "box" }, " and more\nthree\nrest");
        assert.equal(await log(kube), "one\ntwo and more\nthree\nrest");
        assert.equal(await log(kube, "tailLines=2"), "three\nrest");
        assert.equal(await log(kube, "tailLines=0"), "");
        assert.equal(await log(kube, "tailLines=99"), "one\ntwo and more\nthree\nrest");
        assert.equal(await log(kube, "limitBytes=9"), "one\ntwo a");
        assert.equal(await log(kube, "sinceSeconds=9"), "three\nrest");
        assert.equal(await log(kube, "sinceSeconds=11&tailLines=1"), "rest");
        assert.equal(await log(kube, "sinceTime=2026-11-21T07:00:11Z"), "three\nrest");
        const at = "2026-11-21T07:00:20.250000000Z";
        assert.equal(await log(kube, "timestamps=true&tailLines=2"), `${at} three\n${at} rest`);
        assert.equal(
          await log(kube, "timestamps=true&limitBytes=48"),
          "2026-11-21T07:00:10.250000000Z one\n2026-11-21T07",
        );
      }, { clock });
    },
  },
  {
    name: "a followed log comes as it is printed, and ends with its process",
    run: () =>
      withPods(async (kube, listener) => {
        kube.pods.print({ pod: "box" }, "early\n");
        const path = "/api/v1/namespaces/default/pods/box/log?follow=true&tailLines=1";
        for (
          const fetched of [ask(kube, "follow=true&tailLines=1"), fetch(listener.url + path, { headers: HEADERS })]
        ) {
          const response = await fetched;
          assert.equal(response.headers.get("content-type"), "text/plain");
          const reader = response.body?.getReader();
          assert.ok(reader);
          await until(reader, "early\n");
          kube.pods.print({ pod: "box" }, "now ");
          await until(reader, "now ");
          kube.pods.print({ pod: "box" }, "on\n");
          await until(reader, "on\n");
          kube.pods.exit({ pod: "box" }, { restart: true });
          kube.pods.print({ pod: "box" }, "early\n");
          assert.equal((await reader.read()).done, true);
        }
      }),
  },
  {
    name: "a followed log ends with its Pod, its node and the fake, and its reader can leave",
    async run() {
      let last: ReadableStreamDefaultReader<Uint8Array> | undefined;
      await withPods(async (kube) => {
        const follow = async (name: string, signal?: AbortSignal) => {
          kube.pods.print({ pod: name }, "on\n");
          const reader = (await ask(kube, "follow=true&tailLines=1", name, signal)).body?.getReader();
          assert.ok(reader);
          await until(reader, "on\n");
          return reader;
        };
        const gone = await follow("box-spdy");
        kube.remove({ apiVersion: "v1", kind: "Pod", metadata: { name: "box-spdy" } });
        assert.equal((await gone.read()).done, true);
        const stop = new AbortController();
        const left = await follow("box", stop.signal);
        const next = left.read();
        stop.abort(new Error("enough"));
        await assert.rejects(next, /enough/);
        const dead = await follow("box");
        kube.pods.stopNode("node-ws");
        assert.equal((await dead.read()).done, true);
        const unreached = await (await ask(kube, "tailLines=3&follow=true")).json();
        assert.deepEqual([unreached.code, unreached.message], [
          500,
          'Get "https://127.0.0.1:10250/containerLogs/default/box/main?follow=true&tailLines=3": ' +
          "dial tcp 127.0.0.1:10250: connect: connection refused",
        ]);
        kube.pods.startNode("node-ws");
        last = await follow("box");
      });
      assert.equal((await last?.read())?.done, true);
    },
  },
  {
    name: "the log before a restart is the previous one",
    run: () =>
      withPods(async (kube) => {
        const none = await ask(kube, "previous=true");
        assert.equal(none.status, 400);
        assert.equal((await none.json()).message, 'previous terminated container "main" in pod "box" not found');
        kube.pods.print({ pod: "box" }, "panic\n");
        kube.pods.exit({ pod: "box" }, { restart: true });
        kube.pods.print({ pod: "box" }, "again\n");
        assert.equal(await log(kube, "previous=true&follow=true"), "panic\n");
        assert.equal(await log(kube), "again\n");
      }),
  },
  {
    name: "each container has its log",
    run: () =>
      withPods(async (kube) => {
        kube.pods.print({ pod: "two" }, "1");
        kube.pods.print({ pod: "two", container: "second" }, "2");
        assert.equal(await log(kube, "container=first", "two"), "1");
        assert.equal(await log(kube, "container=second", "two"), "2");
        assert.throws(() => kube.pods.print({ pod: "two", container: "third" }, ""), TypeError);
        assert.throws(() => kube.pods.print({ pod: "box", namespace: "other" }, ""), TypeError);
      }),
  },
  {
    name: "a Pod that is made anew has an empty log",
    run: () =>
      withPods(async (kube) => {
        kube.pods.print({ pod: "box" }, "old");
        kube.remove({ apiVersion: "v1", kind: "Pod", metadata: { name: "box" } });
        kube.write(pod("box"));
        assert.equal(await log(kube), "");
      }),
  },
  {
    name: "why there is no log",
    run: () =>
      withPods(async (kube) => {
        const told: readonly (readonly [name: string, query: string, status: number, message: string])[] = [
          ["absent", "", 404, 'pods "absent" not found'],
          ["two", "", 400, "a container name must be specified for pod two, choose one of: [first second]"],
          ["box", "container=no", 400, "container no is not valid for pod box"],
          ["broken", "", 400, `container "main" in pod "broken" is waiting to start: image can't be pulled`],
          ["box", "tailLines=x", 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
          [
            "box",
            "sinceSeconds=0",
            422,
            'PodLogOptions "box" is invalid: sinceSeconds: Invalid value: 0: ' +
            "must be greater than 0",
          ],
          ["box", "stream=All", 422, 'PodLogOptions "box" is invalid: stream: Forbidden: may not be specified'],
        ];
        for (const [name, query, status, message] of told) {
          const response = await ask(kube, query, name);
          const body = await response.json();
          assert.deepEqual([response.status, body.code, body.message], [status, status, message]);
        }
        const unbound = await ask(kube, "", "unbound");
        assert.deepEqual([unbound.status, await unbound.text()], [204, ""]);
      }),
  },
];
