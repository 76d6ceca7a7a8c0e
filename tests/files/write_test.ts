import { sentBytes } from "../connection/sent_bytes.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { type FileData, InvalidArgumentError, SandboxError } from "../../mod.ts";
import { fakeFiles, httpError, type Sent, statHome, written } from "./tools.ts";

/** The content of the one part of a form, however the form was sent. */
async function contentOf({ headers, body }: Sent): Promise<Uint8Array<ArrayBuffer>> {
  const form = await new Response(body, { headers: { "content-type": headers.get("content-type")! } }).formData();
  const parts = [...form];
  assertEquals(parts.map(([name]) => name), ["file"]);
  return new Uint8Array(await (parts[0]![1] as File).arrayBuffer());
}

const TEXT = "grüße\r\n--not a boundary--\r\n";
const BYTES = new TextEncoder().encode(TEXT);

const KINDS: Record<string, () => FileData> = {
  "a string": () => TEXT,
  "a Uint8Array within a larger buffer": () => new Uint8Array([9, ...BYTES, 9]).subarray(1, -1),
  "an ArrayBuffer": () => BYTES.buffer,
  "a DataView": () => new DataView(BYTES.buffer),
  "a Blob": () => new Blob([BYTES]),
  "a ReadableStream": () => new Blob([BYTES]).stream(),
  "an async generator": async function* () {
    yield BYTES.subarray(0, 3);
    yield new Uint8Array(0);
    yield BYTES.subarray(3);
  },
};

for (const [kind, data] of Object.entries(KINDS)) {
  Deno.test(`Filesystem.write() sends ${kind} as one part of a form`, async () => {
    const progress: { bytes: number; totalBytes?: number }[] = [];
    const { files, sent } = fakeFiles(async (request) => {
      if (request.url.pathname !== "/files") return statHome();
      assertEquals(await contentOf(request), BYTES);
      return new Response(written("/x/y.txt"));
    });
    const info = await files.write("/x/y.txt", data(), { onProgress: (at) => progress.push(at) });
    assertEquals(info, { name: "y.txt", path: "/x/y.txt", type: "file" });
    assertEquals(progress.at(-1)!.bytes, BYTES.byteLength);
    const { method, headers } = sent.at(-1)!;
    assertEquals([method, headers.get("authorization")], ["POST", `Basic ${btoa("user:")}`]);
  });
}

Deno.test("Filesystem.write() writes nothing as nothing, and reports it", async () => {
  for (const data of ["", new Uint8Array(), new Blob(), new Blob().stream()]) {
    const seen: number[] = [];
    const { files } = fakeFiles(async (request) => {
      assertEquals((await contentOf(request)).byteLength, 0);
      return new Response(written("/x"));
    });
    await files.write("/x", data, { onProgress: ({ bytes }) => seen.push(bytes) });
    assertEquals(seen, [0]);
  }
});

Deno.test("Filesystem.write() carries any path in the query, and none in the form", async () => {
  for (const path of ["/new\nline", "/%41", "/'\"q", "/a#?&=+b;c", "/back\\slash", "/🎉", ""]) {
    const { files, sent } = fakeFiles(() => new Response(written("/x")));
    await files.write(path, "x");
    assertEquals(sent[0]!.url.searchParams.get("path"), path);
    const form = new TextDecoder().decode(await sentBytes(sent[0]));
    assert(form.includes('name="file"; filename="file"\r\n'));
  }
});

Deno.test("Filesystem.write() refuses what is no content, before any request", async () => {
  const { files, sent } = fakeFiles(statHome);
  for (const data of [null, undefined, 5, {}, [1]]) {
    await assertRejects(() => files.write("/x", data as unknown as FileData), TypeError);
  }
  await assertRejects(() => files.writeText("/x", new Uint8Array(1) as unknown as string), TypeError);
  const locked = new Blob(["x"]).stream();
  const reader = locked.getReader();
  await assertRejects(() => files.write("/x", locked), TypeError);
  await reader.cancel();
  assertEquals(sent.length, 0);
});

Deno.test("Filesystem.write() sends small data again where nothing ran", async () => {
  const { files, sent } = fakeFiles((_, index) =>
    index === 0 ? new Response("sandbox gateway is not ready", { status: 503 }) : new Response(written("/x"))
  );
  await files.write("/x", "again");
  assertEquals(await contentOf(sent[1]!), new TextEncoder().encode("again"));
});

Deno.test("Filesystem.write() never repeats what may have run, and no stream at all", async () => {
  const { files: broken, sent: once } = fakeFiles(() => Promise.reject(new TypeError("connection reset")));
  assertEquals((await assertRejects(() => broken.write("/x", "x"), SandboxError)).code, "network");
  assertEquals(once.length, 1);
  const { files, sent } = fakeFiles(() => new Response("sandbox gateway is not ready", { status: 503 }));
  const error = await assertRejects(() => files.write("/x", new Blob(["x"]).stream()), SandboxError);
  assertEquals([error.code, sent.length], ["gateway_not_ready", 1]);
});

Deno.test("Filesystem.write() learns the account before a stream, and once", async () => {
  const accounts: string[] = [];
  const { files } = fakeFiles(async (request) => {
    const account = atob(request.headers.get("authorization")!.slice("Basic ".length)).slice(0, -1);
    accounts.push(`${request.url.pathname.slice(1)} ${account}`);
    if (account === "node") return httpError(401, "invalid username: 'node'");
    if (request.url.pathname !== "/files") return statHome();
    assertEquals(request.url.searchParams.get("username"), "root");
    await contentOf(request);
    return new Response(written("/x"));
  }, { user: undefined });
  await files.write("/x", new Blob(["x"]).stream());
  await files.write("/x", new Blob(["x"]).stream());
  assertEquals(accounts, [
    "filesystem.Filesystem/Stat node",
    "filesystem.Filesystem/Stat root",
    "files root",
    "files root",
  ]);
});

Deno.test("Filesystem.write() learns the account from a home that does not exist, too", async () => {
  const { files, sent } = fakeFiles(async (request) => {
    if (request.url.pathname !== "/files") {
      return Response.json({ code: "not_found", message: "file not found: lstat /home/node" }, { status: 404 });
    }
    await contentOf(request);
    return new Response(written("/x"));
  }, { user: undefined });
  await files.write("/x", new Blob(["x"]).stream());
  assertEquals(sent.map(({ url }) => url.searchParams.get("username")), [null, "node"]);
});

Deno.test("Filesystem.write() takes only an answer that names the file", async () => {
  for (const body of ["[]", "", "<html></html>", "{}", '[{"name":1,"path":"/x"}]']) {
    const { files } = fakeFiles(() => new Response(body));
    assertEquals((await assertRejects(() => files.write("/x", "x"), SandboxError)).code, "protocol");
  }
});

Deno.test("Filesystem.write() rejects when the answer comes before the end of the content", async () => {
  let cancelled: unknown;
  const source = new ReadableStream<Uint8Array>({
    pull: () => new Promise(() => {}),
    cancel(reason) {
      cancelled = reason;
    },
  });
  const { files } = fakeFiles(() => new Response(written("/x")));
  const error = await assertRejects(() => files.write("/x", source), SandboxError);
  assertEquals(error.code, "protocol");
  assertStrictEquals(cancelled, error);
});

Deno.test("Filesystem.write() knows a directory, a file in the way and a full disk", async () => {
  const answers: [Response, string][] = [
    [httpError(400, "path is a directory: /d"), "is_a_directory"],
    [httpError(500, "error ensuring directories: path is a file: /f"), "not_a_directory"],
    [httpError(507, "not enough disk space on '/': 5 bytes required, 1 bytes free"), "no_space"],
  ];
  for (const [answer, code] of answers) {
    const { files } = fakeFiles(() => answer);
    const error = await assertRejects(() => files.write("/x", "x"), SandboxError, 'Cannot write file "/x"');
    assertEquals([error.code, error instanceof InvalidArgumentError], [code, code !== "no_space"]);
  }
});

Deno.test("Filesystem.write() sends large data in pieces that are counted", async () => {
  const large = new Uint8Array(3 * 1024 * 1024).map((_, index) => index % 251);
  for (const data of [large, new Blob([large])]) {
    const seen: { bytes: number; totalBytes?: number }[] = [];
    const { files } = fakeFiles(async (request) => {
      assertEquals(await contentOf(request), large);
      return new Response(written("/x"));
    });
    await files.write("/x", data, { onProgress: (at) => seen.push(at) });
    assertEquals(seen.length, 12);
    assertEquals(seen.at(-1), { bytes: large.byteLength, totalBytes: large.byteLength });
  }
});
