/** Copies through an API server: over both kinds of node, with what only a connection can do to them. */

import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DisconnectedError, InvalidArgumentError, NotFoundError } from "../../../../mod.ts";
import { isForbidden, isNotFound } from "../../../../src/k8s/mod.ts";
import { failureOf, withCluster } from "../pods_tools.ts";
import { archive, joined, made, output, streamOf } from "./archives.ts";
import { bytesOf, listing } from "./copy_tools.ts";

const BOX = { pod: "box" };
const isExec = ({ path }: { readonly path: string }) => path.endsWith("/exec");

for (const pod of ["box", "box-spdy"]) {
  withCluster(`a tree goes to ${pod} and comes back`, async ({ fake, kube }) => {
    const dir = await fake.pods.directory({ pod });
    const script = `mkdir -p "tree/it's" && cd tree && head -c 5000000 /dev/urandom >random && ln -s random link
      for i in $(seq 200); do echo $i >"it's/$i"; done; chmod 750 "it's"; touch -d 2001-01-01 random "it's"`;
    await output(["sh", "-c", script], undefined, dir);
    const packed = await bytesOf(await kube.copyFrom({ pod }, "tree"));
    await kube.copyTo({ pod }, { from: streamOf(packed), to: "new/place" });
    const whole = (text: string) => text.replaceAll(/(\|\d+)\.\d+\|/g, "$1|");
    assertEquals(whole(await listing(join(dir, "new/place/tree"))), whole(await listing(join(dir, "tree"))));
    assertEquals(fake.pods.running, 0);
  });
}

withCluster("the annotated container, and one that is named", async ({ fake, kube }) => {
  await kube.copyTo({ pod: "two" }, { from: streamOf(archive({ name: "f", data: "2" })), to: "." });
  await kube.copyTo({ pod: "two", container: "first" }, { from: streamOf(archive({ name: "f", data: "1" })), to: "." });
  for (const [container, text] of [["first", "1"], ["second", "2"]] as const) {
    assertEquals(await readFile(join(await fake.pods.directory({ pod: "two", container }), "f"), "utf8"), text);
    const packed = await bytesOf(await kube.copyFrom({ pod: "two", container }, "f"));
    assertStringIncludes(new TextDecoder().decode(packed), text);
  }
  const error = await failureOf(kube.copyFrom({ pod: "two", container: "third" }, "f"));
  assertEquals(error.hint, 'The pod has no container "third", but these: first, second');
});

for (const pod of ["box", "box-spdy"]) {
  withCluster(`a cut at any place is told: ${pod}`, async ({ fake, kube }) => {
    const dir = await fake.pods.directory({ pod });
    await writeFile(join(dir, "large"), Buffer.alloc(200_000, "large"));
    const whole = await bytesOf(await kube.copyFrom({ pod }, "large"));
    for (const after of [0, 1, 2, 3, 100, 513, 10_000, 150_000, 204_800]) {
      fake.next({ when: isExec, cutAfterBytes: after });
      const error = await failureOf(kube.copyFrom({ pod }, "large").then(bytesOf));
      assert(["disconnected", "network"].includes(error.code), `cut after ${after}: ${error.code} ${error.message}`);
    }
    // The server says Success then, as nothing tells it otherwise.
    for (const after of [0, 1, 513, 10_000, 200_000]) {
      fake.next({ when: isExec, loseRuntimeAfterBytes: after });
      const error = await failureOf(kube.copyFrom({ pod }, "large").then(bytesOf));
      assertInstanceOf(error, DisconnectedError, `lost after ${after}: ${error.code} ${error.message}`);
    }
    for (const fault of [{ cutAfterBytes: 4 }, { loseRuntimeAfterBytes: 1 }, { losesStatus: true, cutAfterBytes: 4 }]) {
      fake.next({ when: isExec, ...fault });
      const from = streamOf(whole);
      const error = await failureOf(kube.copyTo({ pod }, { from, to: "there" }));
      assertInstanceOf(error, DisconnectedError, `${JSON.stringify(fault)}: ${error.code} ${error.message}`);
    }
    assertEquals(await bytesOf(await kube.copyFrom({ pod }, "large")), whole);
  });
}

withCluster("a node that dies in the middle of a copy", async ({ fake, kube }) => {
  const dir = await fake.pods.directory({ pod: "box-spdy" });
  await writeFile(join(dir, "large"), Buffer.alloc(20_000_000, "large"));
  const stream = await kube.copyFrom({ pod: "box-spdy" }, "large");
  const reader = stream.getReader();
  await reader.read();
  fake.pods.stopNode("node-spdy");
  const rest = async () => {
    while (!(await reader.read()).done);
  };
  assertInstanceOf(await failureOf(rest()), DisconnectedError);

  const begun = new TransformStream<Uint8Array, Uint8Array>();
  const writer = begun.writable.getWriter();
  const copy = failureOf(
    kube.copyTo(BOX, { from: begun.readable, to: "." }, { onProgress: () => fake.pods.stopNode("node-ws") }),
  );
  await writer.write(made({ name: "f", size: 2 ** 20 }));
  const error = await copy;
  assertInstanceOf(error, DisconnectedError);
  assertEquals(error.hint, "What was written so far may be there in part");
});

withCluster("unsafe archives leave nothing of their unsafe members", async ({ fake, kube }) => {
  const dir = await fake.pods.directory(BOX);
  const from = streamOf(joined([made({ name: "good", data: "x" }), archive({ name: "../bad" })]), 512);
  const error = await failureOf(kube.copyTo(BOX, { from, to: "to" }));
  assertInstanceOf(error, InvalidArgumentError);
  assertStringIncludes(
    error.message,
    'Cannot copy to "to" in the pod "default/box": of the archive: its member "../bad"',
  );
  assertEquals((await readdir(dir)).filter((name) => name !== "to"), []);
});

withCluster("nothing of that name; no such pod", async ({ kube }) => {
  const error = await failureOf(kube.copyFrom(BOX, "none"));
  assertInstanceOf(error, NotFoundError);
  assertEquals(error.message, 'Cannot copy "none" from the pod "default/box": there is no "none"');
  assert(isNotFound(await failureOf(kube.copyFrom({ pod: "none" }, "none"))));
  let cancelled = false;
  const from = new ReadableStream<Uint8Array>({ cancel: () => void (cancelled = true) });
  assert(isNotFound(await failureOf(kube.copyTo({ pod: "none" }, { from, to: "." }))));
  assert(cancelled);
});

withCluster("no rights", async ({ kube }) => {
  const error = await failureOf(kube.copyFrom(BOX, "x"));
  assert(isForbidden(error));
  assertStringIncludes(error.hint!, 'Grant the verb "create" on pods/exec');
}, { users: [{ name: "viewer", rules: [{ resources: ["pods"], verbs: ["get"] }] }] });

withCluster("signals, and who stops reading", async ({ fake, kube }) => {
  const dir = await fake.pods.directory(BOX);
  await mkdir(join(dir, "d"));
  await writeFile(join(dir, "d/large"), Buffer.alloc(20_000_000));
  const reason = new Error("enough");
  const controller = new AbortController();
  const stream = await kube.copyFrom(BOX, "d", { signal: controller.signal });
  const reader = stream.getReader();
  await reader.read();
  controller.abort(reason);
  const rest = async () => {
    while (!(await reader.read()).done);
  };
  assertEquals(await rest().catch((error) => error), reason);
  await (await kube.copyFrom(BOX, "d")).cancel();
  const ending = new AbortController();
  const from = new ReadableStream<Uint8Array>({ pull: (source) => source.enqueue(made({ name: "f", size: 0 })) });
  const onProgress = ({ members }: { members: number }) => members > 100 && ending.abort(reason);
  const copy = kube.copyTo(BOX, { from, to: "to" }, { signal: ending.signal, onProgress });
  assertEquals(await copy.catch((error) => error), reason);
});

withCluster("what is read slowly holds the container up", async ({ fake, kube }) => {
  const dir = await fake.pods.directory(BOX);
  await output(["truncate", "-s", "200M", "large"], undefined, dir);
  const told: number[] = [];
  const stream = await kube.copyFrom(BOX, "large", { onProgress: ({ bytes }) => told.push(bytes) });
  const reader = stream.getReader();
  await reader.read();
  assert(told.at(-1)! < 8 * 2 ** 20);
  assertEquals(fake.pods.running, 1);
  await reader.cancel();
});
