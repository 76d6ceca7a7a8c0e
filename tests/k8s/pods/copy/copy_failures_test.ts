/** Copies that do not come to their end: each says what was wrong, and what may be left. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Buffer } from "node:buffer";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  AuthenticationError,
  CommandExitError,
  DisconnectedError,
  InvalidArgumentError,
  NotFoundError,
  UnsupportedError,
} from "../../../../mod.ts";
import { copyFrom } from "../../../../src/k8s/pods/copy/copy_from.ts";
import type { CopyProgress } from "../../../../src/k8s/pods/copy/copy_options.ts";
import { copyTo } from "../../../../src/k8s/pods/copy/copy_to.ts";
import { archive, made, streamOf } from "./archives.ts";
import { bytesOf, failureOf, test } from "./copy_tools.ts";
import { localPod } from "./local_pod.ts";

test("an unsafe member ends the copy before anything of it is written", async ({ dir, pod }) => {
  // More than one message of input.
  const good = { name: "good", data: "a".repeat(100_000) };
  const before = archive(good).byteLength - 1024;
  for (
    const bad of [{ name: "../out" }, { name: "/abs" }, { name: "dev", type: "3" }, {
      name: "l",
      type: "2",
      link: "/etc",
    }]
  ) {
    let cancelled: unknown;
    const bytes = archive(good, bad, { name: "later" });
    const from = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let at = 0; at < before + 512; at += 512) controller.enqueue(bytes.slice(at, at + 512));
      },
      cancel: (reason) => void (cancelled = reason),
    });
    const error = await failureOf(copyTo(pod, { from, to: `${dir}/to` }, {}));
    assertInstanceOf(error, InvalidArgumentError);
    assertEquals(error.code, "invalid_argument");
    assert(error.message.startsWith(`Cannot copy to "${dir}/to" in the pod "box": of the archive: `), error.message);
    assertEquals(error.hint, "What stands in front of that in the archive may have been written");
    assertEquals(cancelled, error);
    assert((await readdir(`${dir}/to`)).every((name) => name === "good"));
    assertEquals((await readdir(dir)).filter((name) => name !== "to"), []);
  }
  const first = await failureOf(copyTo(pod, { from: streamOf(archive({ name: "../out" })), to: `${dir}/to` }, {}));
  assertEquals(first.hint, "Nothing was written");
});

test("an archive that is cut off is no success", async ({ dir, pod }) => {
  const bytes = archive({ name: "a", data: "x".repeat(600) }, { name: "b", data: "y" });
  for (const end of [0, 100, 512, 700, 1536, 2048, 2560]) {
    const error = await failureOf(copyTo(pod, { from: streamOf(bytes.slice(0, end)), to: dir }, {}));
    assertEquals(error.code, "invalid_argument");
    assert(error.message.includes("it is cut off"), error.message);
  }
});

test("what the source fails with comes out", async ({ dir, pod }) => {
  const reason = new Error("the disk of this side");
  const from = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(made({ name: "a", data: "x" })),
    pull: (controller) => controller.error(reason),
  });
  assertEquals(await copyTo(pod, { from, to: dir }, {}).catch((error) => error), reason);
});

test("a connection that is lost is told, in either direction", async ({ dir, pod }) => {
  const whole = localPod(dir);
  await writeFile(join(dir, "large"), Buffer.alloc(3_000_000, 1));
  const packed = await bytesOf(await copyFrom(whole, `${dir}/large`, {}));
  const to = await failureOf(copyTo(pod, { from: streamOf(packed), to: `${dir}/to` }, {}));
  assertInstanceOf(to, DisconnectedError);
  assertEquals(to.hint, "What was written so far may be there in part");
  const stream = await copyFrom(pod, `${dir}/large`, {});
  const from = await failureOf(bytesOf(stream));
  assertInstanceOf(from, DisconnectedError);
  assertEquals(from.hint, "What was read so far is not the whole");
}, { cutAfter: 1_000_000 });

test("a signal ends a copy with its own reason", async ({ dir, pod }) => {
  const reason = new Error("enough");
  assertEquals(
    await copyTo(pod, { from: streamOf(archive()), to: dir }, { signal: AbortSignal.abort(reason) }).catch((e) => e),
    reason,
  );
  assertEquals(await copyFrom(pod, dir, { signal: AbortSignal.abort(reason) }).catch((e) => e), reason);
  assertEquals(pod.commands, []);

  const controller = new AbortController();
  const endless = new ReadableStream<Uint8Array>({
    start: (source) => source.enqueue(made({ name: "a", size: 2 ** 30 })),
    pull: (source) => source.enqueue(new Uint8Array(65_536)),
  });
  const onProgress = ({ bytes }: CopyProgress) => bytes > 2 ** 20 && controller.abort(reason);
  const { signal } = controller;
  assertEquals(await copyTo(pod, { from: endless, to: dir }, { signal, onProgress }).catch((e) => e), reason);

  await writeFile(join(dir, "large"), Buffer.alloc(3_000_000, 1));
  const later = new AbortController();
  const stream = await copyFrom(pod, `${dir}/large`, { signal: later.signal });
  const reader = stream.getReader();
  await reader.read();
  later.abort(reason);
  const rest = async () => {
    while (!(await reader.read()).done);
  };
  assertEquals(await rest().catch((e) => e), reason);
});

test("a limit of time ends a copy", async ({ dir, pod }) => {
  const from = new ReadableStream<Uint8Array>();
  const error = await failureOf(copyTo(pod, { from, to: dir }, { timeoutMs: 50 }));
  assertEquals(error.code, "request_timeout");
});

test("who stops reading ends the command", async ({ dir, pod }) => {
  await writeFile(join(dir, "large"), Buffer.alloc(3_000_000, 1));
  const stream = await copyFrom(pod, `${dir}/large`, {});
  assertEquals(pod.open, 1);
  await stream.cancel();
});

test("nothing there, and something else there", async ({ dir, pod }) => {
  await writeFile(join(dir, "file"), "x");
  for (const path of [`${dir}/none`, `${dir}/none/at/all`, "none", `${dir}/-n`]) {
    const error = await failureOf(copyFrom(pod, path, {}));
    assertInstanceOf(error, NotFoundError);
    assertEquals([error.code, error.message], [
      "file_not_found",
      `Cannot copy ${JSON.stringify(path)} from the pod "box": there is no ${JSON.stringify(path)}`,
    ]);
  }
  assertEquals((await failureOf(copyFrom(pod, `${dir}/file/x`, {}))).code, "not_a_directory");
  for (const to of [`${dir}/file`, `${dir}/file/sub`]) {
    const error = await failureOf(copyTo(pod, { from: streamOf(archive({ name: "x" })), to }, {}));
    assertInstanceOf(error, InvalidArgumentError);
    assertEquals(error.code, "not_a_directory", error.message);
  }
  assertEquals(pod.taken, 0, "nothing was sent");
});

test("a tar that fails says why", async ({ dir, pod }) => {
  await mkdir(join(dir, "to/x"), { recursive: true });
  await writeFile(join(dir, "to/x/y"), "");
  const error = await failureOf(
    copyTo(pod, { from: streamOf(archive({ name: "x", data: "y" })), to: `${dir}/to` }, {}),
  );
  assertInstanceOf(error, CommandExitError);
  assertEquals(error.exitCode, 2);
  assert(error.message.includes("ended with 2: tar: x: Cannot open: "), error.message);
  assertEquals(error.hint, "What was written so far may be there in part");
});

test("a full disk is told, with what it may have left", async ({ dir, pod }) => {
  const from = streamOf(archive({ name: "large", data: new Uint8Array(3_000_000) }));
  const error = await failureOf(copyTo(pod, { from, to: `${dir}/to` }, {}));
  assertEquals(error.code, "no_space", error.message);
  assertEquals(error.hint, "Free some, or copy to another volume. What was written so far may be there in part");
}, { scripts: { tar: "exec cat >/dev/full" } });

test("what the container's user may not do", async ({ dir, pod }) => {
  const to = await failureOf(copyTo(pod, { from: streamOf(archive({ name: "x" })), to: dir }, {}));
  assertInstanceOf(to, AuthenticationError);
  assertEquals([to.code, to.message], [
    "forbidden",
    `Cannot copy to "${dir}" in the pod "box": the container's user may not: tar: x: Cannot open: Permission denied`,
  ]);
  assertEquals((await failureOf(copyFrom(pod, dir, {}))).code, "forbidden");
}, { scripts: { tar: "echo 'tar: x: Cannot open: Permission denied' >&2; exit 2" } });

test("a tar that fails behind a whole archive is no success", async ({ dir, pod }) => {
  await writeFile(join(dir, "f"), "x");
  const error = await failureOf(bytesOf(await copyFrom(pod, `${dir}/f`, {})));
  assertInstanceOf(error, CommandExitError);
  assertEquals(error.exitCode, 1);
  assertEquals(error.hint, "Something writes there while it is copied: stop that, or copy again");
}, { scripts: { tar: `/bin/tar "$@"; echo 'tar: f: file changed as we read it' >&2; exit 1` } });

test("what a container sends is not trusted", async ({ dir, pod }) => {
  await writeFile(join(dir, "evil"), archive({ name: "evil/../../x", data: "y" }));
  const reader = (await copyFrom(pod, `${dir}/evil`, {})).getReader();
  const error = await failureOf(reader.read());
  assertEquals([error.code, error.message], [
    "protocol",
    `Cannot copy "${dir}/evil" from the pod "box": of the archive that the container made: its member ` +
    '"evil/../../x" has ".." in it',
  ]);
}, { scripts: { tar: 'cat -- "$4"' } });

test("names that are not below what was asked for", async ({ dir, pod }) => {
  await writeFile(join(dir, "evil"), archive({ name: "other", data: "y" }));
  const error = await failureOf(bytesOf(await copyFrom(pod, `${dir}/evil`, {})));
  assert(error.message.endsWith('its member "other" is not below "evil"'), error.message);
}, { scripts: { tar: 'cat -- "$4"' } });

test("holes where the tar knows none", async ({ dir, pod }) => {
  await writeFile(join(dir, "f"), "x");
  const error = await failureOf(copyFrom(pod, `${dir}/f`, { sparse: true }));
  assertInstanceOf(error, UnsupportedError);
  assertEquals(error.hint, "Leave sparse out, or add GNU's tar to the image");
}, { scripts: { tar: "echo 'BusyBox v1'" } });
