import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { type FileEntry, InvalidArgumentError, isSandboxError, SandboxError } from "../../mod.ts";
import { fakeFiles, httpError, type Sent, written } from "./tools.ts";

/** Takes every file but those below /d. */
function answer({ url }: Sent): Response {
  const path = url.searchParams.get("path")!;
  return path.startsWith("/d") ? httpError(400, `path is a directory: ${path}`) : new Response(written(path));
}

Deno.test("Filesystem.writeFiles() writes in order, and counts over all", async () => {
  const { files, sent } = fakeFiles(answer);
  const progress: number[] = [];
  const info = await files.writeFiles([{ path: "/b", data: "12" }, { path: "/a", data: "345" }], {
    onProgress: ({ bytes }) => progress.push(bytes),
  });
  assertEquals(info.map(({ path }) => path), ["/b", "/a"]);
  assertEquals(sent.map(({ url }) => url.searchParams.get("path")), ["/b", "/a"]);
  assertEquals(progress, [2, 5]);
});

Deno.test("Filesystem.writeFiles() takes an async iterable, one file at a time", async () => {
  const order: string[] = [];
  const { files } = fakeFiles((sent) => {
    order.push(`write ${sent.url.searchParams.get("path")}`);
    return answer(sent);
  });
  await files.writeFiles((async function* (): AsyncGenerator<FileEntry> {
    for (const path of ["/a", "/b"]) {
      order.push(`make ${path}`);
      yield { path, data: path };
    }
  })());
  assertEquals(order, ["make /a", "write /a", "make /b", "write /b"]);
});

Deno.test("Filesystem.writeFiles() of nothing is nothing", async () => {
  const { files, sent } = fakeFiles(answer);
  assertEquals(await files.writeFiles([]), []);
  assertEquals(sent.length, 0);
});

Deno.test("Filesystem.writeFiles() that fails tells which file, and what was written; the iterator is closed", async () => {
  const { files } = fakeFiles(answer);
  let closed = false;
  function* entries(): Generator<FileEntry> {
    try {
      yield { path: "/a", data: "" };
      yield { path: "/b", data: "" };
      yield { path: "/d", data: "" };
    } finally {
      closed = true;
    }
  }
  const error = await assertRejects(() => files.writeFiles(entries()), InvalidArgumentError);
  assertEquals(
    error.message,
    'Cannot write file "/d": path is a directory: /d (2 files were written before it: "/a", "/b")',
  );
  assertEquals([error.code, error.status, error.name], ["is_a_directory", 400, "InvalidArgumentError"]);
  assert(isSandboxError(error, "is_a_directory"));
  assertInstanceOf(error.cause, InvalidArgumentError);
  assert(error.stack!.startsWith("InvalidArgumentError: Cannot write"));
  assert(closed);
});

Deno.test("Filesystem.writeFiles() shortens a long list", async () => {
  const { files } = fakeFiles(answer);
  const entries = Array.from({ length: 100 }, (_, index) => ({ path: `/${index}`, data: "" }));
  const error = await assertRejects(() => files.writeFiles([...entries, { path: "/d", data: "" }]), SandboxError);
  assert(error.message.endsWith('(100 files were written before it: "/0", "/1", "/2", "/3", "/4" and 95 more)'));
});

Deno.test("Filesystem.writeFiles() says so when the iterator itself fails", async () => {
  class Broken extends Error {}
  const { files } = fakeFiles(answer);
  const thrown = new Broken("no more");
  const error = await assertRejects(() =>
    files.writeFiles((function* (): Generator<FileEntry> {
      yield { path: "/a", data: "" };
      throw thrown;
    })()), Broken);
  assertEquals(error.message, 'Cannot get the next file to write: no more (1 file was written before it: "/a")');
  assertStrictEquals(error.cause, thrown);
});

Deno.test("Filesystem.writeFiles() refuses what is no file", async () => {
  const { files } = fakeFiles(answer);
  for (
    const entries of [null, 5, "text", [null], [{ path: 1, data: "" }], [{ path: "/a" }], [{ path: "/\0", data: "" }]]
  ) {
    await assertRejects(() => files.writeFiles(entries as unknown as FileEntry[]), TypeError);
  }
});

Deno.test("Filesystem.writeFiles() aborted rejects with the reason, even when the iterator is stuck", async () => {
  const { files } = fakeFiles(answer);
  const controller = new AbortController();
  const reason = new Error("enough");
  let returned = false;
  const entries: AsyncIterable<FileEntry> = {
    [Symbol.asyncIterator]: () => ({
      next() {
        controller.abort(reason);
        return new Promise(() => {});
      },
      return() {
        returned = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    }),
  };
  const error = await assertRejects(() => files.writeFiles(entries, { signal: controller.signal }));
  assertStrictEquals(error, reason);
  assert(returned);
});
