/** Logs of containers, over the fake API server. */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { DisconnectedError, KubeStatusError, UnsupportedError } from "../../../../mod.ts";
import { isForbidden, isNotFound, logLines } from "../../../../src/k8s/mod.ts";
import { failureOf, withCluster } from "../pods_tools.ts";

const BOX = { pod: "box" };

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
}

withCluster("a log is what was printed, byte for byte", async ({ fake, kube }) => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  fake.pods.print(BOX, bytes);
  fake.pods.print(BOX, "\nlast line without an end");
  const log = new Uint8Array(await new Response(await kube.logs(BOX)).arrayBuffer());
  assertEquals(log.subarray(0, 256), bytes);
  assertEquals(new TextDecoder().decode(log.subarray(256)), "\nlast line without an end");
});

withCluster("a part of a log", async ({ fake, kube }) => {
  fake.pods.print(BOX, "one\ntwo\nthree\n");
  assertEquals(await textOf(await kube.logs(BOX, { tailLines: 2 })), "two\nthree\n");
  assertEquals(await textOf(await kube.logs(BOX, { tailLines: 0 })), "");
  assertEquals(await textOf(await kube.logs(BOX, { sinceSeconds: 3600 })), "one\ntwo\nthree\n");
  assert(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z one\n/.test(await textOf(await kube.logs(BOX, { timestamps: true }))),
  );
  fake.pods.exit(BOX, { restart: true });
  fake.pods.print(BOX, "again\n");
  assertEquals(await textOf(await kube.logs(BOX)), "again\n");
  assertEquals(await textOf(await kube.logs(BOX, { previous: true })), "one\ntwo\nthree\n");
});

withCluster("the container: the one that is named, or annotated, or the only one", async ({ fake, kube }) => {
  fake.pods.print({ pod: "two", container: "first" }, "1");
  fake.pods.print({ pod: "two", container: "second" }, "2");
  assertEquals(await textOf(await kube.logs({ pod: "two", container: "first" })), "1");
  assertEquals(await textOf(await kube.logs({ pod: "two" })), "2");
  const error = await failureOf(kube.logs({ pod: "two", container: "third" }));
  assertInstanceOf(error, KubeStatusError);
  assertEquals([error.code, error.status], ["kube_status", 400]);
  assertEquals(error.hint, 'The pod has no container "third", but these: first, second');
});

withCluster("a log that is followed goes on until the container ends; lines are whole", async ({ fake, kube }) => {
  fake.pods.print(BOX, "one\r\ntw");
  const lines = logLines(await kube.logs(BOX, { follow: true }));
  assertEquals((await lines.next()).value, "one");
  const second = lines.next();
  fake.pods.print(BOX, "o ");
  fake.pods.print(BOX, new TextEncoder().encode("ä").subarray(0, 1));
  fake.pods.print(BOX, new TextEncoder().encode("ä\n").subarray(1));
  assertEquals((await second).value, "two ä");
  fake.pods.print(BOX, "end");
  fake.pods.exit(BOX);
  assertEquals((await lines.next()).value, "end");
  assertEquals((await lines.next()).done, true);
});

withCluster("who leaves the lines ends the connection", async ({ fake, kube }) => {
  fake.pods.print(BOX, "one\ntwo\n");
  for await (const line of logLines(await kube.logs(BOX, { follow: true }))) {
    assertEquals(line, "one");
    break;
  }
  const log = await kube.logs(BOX, { follow: true });
  await log.cancel();
  // With connections that are open the cluster of this test would not end.
});

withCluster("a log that is cut off is no end", async ({ fake, kube }) => {
  fake.pods.print(BOX, "x".repeat(5000));
  fake.next({ cutAfterBytes: 1000 });
  const error = await failureOf(textOf(await kube.logs(BOX)));
  assertInstanceOf(error, DisconnectedError);
  assertEquals(
    [error.code, error.message, error.retryable],
    ["disconnected", 'Cannot read the log of the pod "default/box": the connection was lost in the middle', true],
  );
  assertStringIncludes(error.hint!, "timestamps");
});

withCluster("a signal ends a log with its own reason, before and after it began", async ({ fake, kube }) => {
  const reason = new Error("enough");
  assertEquals(await kube.logs(BOX, { signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
  fake.pods.print(BOX, "one\n");
  const controller = new AbortController();
  const lines = logLines(await kube.logs(BOX, { follow: true, signal: controller.signal }));
  assertEquals((await lines.next()).value, "one");
  const next = lines.next();
  controller.abort(reason);
  assertEquals(await next.catch((error) => error), reason);
});

withCluster("closing the client ends a log", async ({ fake, kube }) => {
  fake.pods.print(BOX, "one\n");
  const lines = logLines(await kube.logs(BOX, { follow: true }));
  await lines.next();
  const next = failureOf(lines.next());
  await kube.close();
  assertEquals((await next).message, "Cannot use the KubeClient: it was closed");
});

withCluster("no such pod", async ({ kube }) => {
  const error = await failureOf(kube.logs({ pod: "none" }));
  assert(isNotFound(error));
  assertEquals(error.message, 'Cannot read the log of the pod "default/none": pods "none" not found');
});

withCluster("no rights", async ({ kube }) => {
  const error = await failureOf(kube.logs(BOX));
  assert(isForbidden(error));
  assertEquals(
    error.hint,
    'Grant the verb "get" on pods/log in the namespace "default" to "viewer", by a Role and a RoleBinding',
  );
}, { users: [{ name: "viewer", rules: [{ resources: ["pods"], verbs: ["get"] }] }] });

withCluster("what cannot be used is told before a request", async ({ fake, kube }) => {
  fake.next({ status: 500 });
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown) => value as any;
  for (const target of [undefined, null, "box", {}, { pod: 5 }, { pod: "" }]) {
    await assertRejects(() => kube.logs(any(target)), TypeError);
  }
  await assertRejects(() => kube.logs({ pod: "../x" }), RangeError);
  for (const options of [{ follow: 1 }, { previous: "yes" }, { timestamps: null }, { tailLines: "5" }]) {
    await assertRejects(() => kube.logs(BOX, any(options)), TypeError);
  }
  for (const options of [{ tailLines: -1 }, { tailLines: 1.5 }, { tailLines: Infinity }, { sinceSeconds: 0 }]) {
    await assertRejects(() => kube.logs(BOX, options), RangeError);
  }
  const error = await failureOf(kube.logs({ pod: "box", kubeletUrl: "https://127.0.0.1:10250" }));
  assertInstanceOf(error, UnsupportedError);
  assertEquals((await failureOf(kube.logs(BOX))).status, 500, "that is the first request");
});
