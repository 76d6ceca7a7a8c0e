import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { InvalidArgumentError, isSandboxError, NotFoundError, OutputLimitError, SandboxError } from "../../mod.ts";
import { fakeFiles, httpError } from "./tools.ts";

const TEN = "0123456789";

/** A file of ten bytes that knows ranges, as the daemon does. */
function rangeServer({ headers, body: _ }: { headers: Headers; body: unknown }): Response {
  const match = /^bytes=(\d+)-(\d*)$/.exec(headers.get("range") ?? "");
  if (match === null) return new Response(TEN, { headers: { "content-length": "10" } });
  const start = Number(match[1]);
  const end = Math.min(match[2] === "" ? 9 : Number(match[2]), 9);
  if (start > 9) {
    return new Response("invalid range: failed to overlap\n", {
      status: 416,
      headers: { "content-range": "bytes */10", "content-type": "text/plain; charset=utf-8" },
    });
  }
  const part = TEN.slice(start, end + 1);
  return new Response(part, {
    status: 206,
    headers: { "content-range": `bytes ${start}-${end}/10`, "content-length": String(part.length) },
  });
}

const RANGES: readonly { range: { start: number; end?: number }; header: string; text: string }[] = [
  { range: { start: 0, end: 4 }, header: "bytes=0-3", text: "0123" },
  { range: { start: 7 }, header: "bytes=7-", text: "789" },
  { range: { start: 7, end: Infinity }, header: "bytes=7-", text: "789" },
  { range: { start: 8, end: 100 }, header: "bytes=8-99", text: "89" },
  { range: { start: 3, end: 3 }, header: "bytes=3-3", text: "" },
  { range: { start: 10 }, header: "bytes=10-", text: "" },
  { range: { start: 20, end: 30 }, header: "bytes=20-29", text: "" },
];

for (const { range, header, text } of RANGES) {
  const name = JSON.stringify(range);
  Deno.test(`Filesystem.readText() with range ${name} asks for ${header}`, async () => {
    const { files, sent } = fakeFiles(rangeServer);
    assertEquals(await files.readText("/ten", { range }), text);
    assertEquals(sent[0]!.headers.get("range"), header);
  });

  Deno.test(`Filesystem.readText() cuts ${name} out itself where the server sends everything`, async () => {
    const { files } = fakeFiles(() => new Response(TEN, { headers: { "content-length": "10" } }));
    assertEquals(await files.readText("/ten", { range }), text);
    const { files: chunked } = fakeFiles(() => new Response(new Blob([TEN]).stream()));
    assertEquals(await chunked.readText("/ten", { range }), text);
  });
}

Deno.test("Filesystem.read() of an empty range does not hide that the file is missing", async () => {
  const { files } = fakeFiles(() => httpError(404, "path '/none' does not exist"));
  await assertRejects(() => files.read("/none", { range: { start: 0, end: 0 } }), NotFoundError, '"/none"');
});

Deno.test("Filesystem.read() refuses ranges that cannot be, before any request", async () => {
  const { files, sent } = fakeFiles(rangeServer);
  for (const range of [{ start: -1 }, { start: 0.5 }, { start: NaN }, { start: 2, end: 1 }, { start: 0, end: 1.5 }]) {
    await assertRejects(() => files.read("/ten", { range }), RangeError, "range.");
  }
  await assertRejects(() => files.read("/ten", { maxBytes: -1 }), RangeError, "maxBytes");
  assertEquals(sent.length, 0);
});

const OTHER_RANGES: readonly [what: string, range: { start: number; end?: number }, headers: Record<string, string>][] =
  [
    ["another beginning", { start: 0, end: 2 }, { "content-range": "bytes 4-5/10" }],
    ["too short an end", { start: 0, end: 4 }, { "content-range": "bytes 0-1/10" }],
    ["too short an end of the file", { start: 8 }, { "content-range": "bytes 8-8/10" }],
    ["too far an end", { start: 0, end: 1 }, { "content-range": "bytes 0-1/10" }],
    ["too far an end of an unknown size", { start: 0, end: 1 }, { "content-range": "bytes 0-1/*" }],
    ["no range told", { start: 0, end: 2 }, {}],
    ["several parts", { start: 0, end: 2 }, { "content-type": "multipart/byteranges; boundary=x" }],
  ];

for (const [what, range, headers] of OTHER_RANGES) {
  Deno.test(`Filesystem.read() rejects a partial answer with ${what}`, async () => {
    const { files } = fakeFiles(() => new Response("45", { status: 206, headers }));
    const error = await assertRejects(() => files.read("/ten", { range }), SandboxError, "another range");
    assertEquals(error.code, "protocol");
  });
}

Deno.test("Filesystem.read() rejects a partial answer that it did not ask for", async () => {
  const headers = { "content-range": "bytes 0-1/2" };
  const { files } = fakeFiles(() => new Response("45", { status: 206, headers }));
  const error = await assertRejects(() => files.read("/ten"), SandboxError);
  assertEquals(error.code, "protocol");
});

Deno.test("Filesystem.readText() takes a range of a file whose size is unknown", async () => {
  const { files } = fakeFiles(() => new Response("45", { status: 206, headers: { "content-range": "bytes 4-5/*" } }));
  assertEquals(await files.readText("/ten", { range: { start: 4, end: 6 } }), "45");
});

Deno.test("Filesystem.readText() takes a partial answer whose range a browser hides across origins, but no parts", async () => {
  const hidden = (type: string) => {
    const response = new Response("45", { status: 206, headers: { "content-type": type } });
    return Object.defineProperty(response, "type", { value: "cors" });
  };
  const { files } = fakeFiles(() => hidden("text/plain"));
  assertEquals(await files.readText("/ten", { range: { start: 4, end: 6 } }), "45");
  const { files: parts } = fakeFiles(() => hidden("multipart/byteranges; boundary=x"));
  await assertRejects(() => parts.readText("/ten", { range: { start: 4, end: 6 } }), SandboxError);
});

Deno.test("Filesystem.read() asks for the path and the account, plainly and unconditionally", async () => {
  const { files, sent } = fakeFiles(() => new Response("x"));
  const path = "/a b/new\nline%41'\"#?&=+;\\🎉";
  await files.read(path);
  const { url, headers, method } = sent[0]!;
  assertEquals([method, url.pathname, url.searchParams.get("path")], ["GET", "/files", path]);
  assertEquals(url.searchParams.get("username"), "user");
  assertEquals(headers.get("accept-encoding"), "identity");
  assertEquals([...headers.keys()].filter((name) => name.startsWith("if-")), []);
});

Deno.test("Filesystem.read() knows a directory, a file in the way and an unknown user", async () => {
  const answers: [Response, string][] = [
    [httpError(400, "path '/d' is a directory"), "is_a_directory"],
    [httpError(500, "error checking if path exists '/f/x': stat /f/x: not a directory"), "not_a_directory"],
    [httpError(401, "error looking up user 'user': user: unknown user user"), "unknown_user"],
  ];
  for (const [answer, code] of answers) {
    const { files } = fakeFiles(() => answer);
    const error = await assertRejects(() => files.read("/x"), SandboxError, 'Cannot read file "/x"');
    assertEquals(error.code, code);
    if (code.endsWith("directory")) assertInstanceOf(error, InvalidArgumentError);
  }
});

Deno.test("Filesystem.read() falls back to root where there is no account node, and remembers", async () => {
  const { files, sent } = fakeFiles(
    ({ url }) =>
      url.searchParams.get("username") === "node"
        ? httpError(401, "error looking up user 'node': user: unknown user node")
        : new Response("x"),
    { user: undefined },
  );
  await files.read("/x");
  await files.read("/y");
  assertEquals(sent.map(({ url }) => url.searchParams.get("username")), ["node", "root", "root"]);
});

Deno.test("Filesystem.read() holds to maxBytes by what is declared, and by what arrives", async () => {
  const { files: declared } = fakeFiles(() => new Response(TEN, { headers: { "content-length": "10" } }));
  await assertRejects(() => declared.read("/ten", { maxBytes: 9 }), OutputLimitError, "10 bytes");
  assertEquals((await declared.read("/ten", { maxBytes: 10 })).byteLength, 10);

  let cancelled: unknown;
  const { files: endless } = fakeFiles(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(4)),
        cancel(reason) {
          cancelled = reason;
        },
      }),
    )
  );
  const error = await assertRejects(() => endless.read("/dev/zero", { maxBytes: 9 }), OutputLimitError);
  assertEquals(error.code, "file_too_large");
  assertStrictEquals(cancelled, error);
});

Deno.test("Filesystem.read() holds to maxBytes to the byte where no length is declared", async () => {
  const { files } = fakeFiles(() => new Response(new Blob([TEN]).stream()));
  await assertRejects(() => files.read("/ten", { maxBytes: 9 }), OutputLimitError);
  assertEquals((await files.read("/ten", { maxBytes: 10 })).byteLength, 10);
});

Deno.test("Filesystem.readText() ends an answer that goes on behind the range", async () => {
  const cancelled = Promise.withResolvers<void>();
  const { files } = fakeFiles(() =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode(TEN)),
        cancel: () => cancelled.resolve(),
      }),
    )
  );
  assertEquals(await files.readText("/ten", { range: { start: 1, end: 3 } }), "12");
  await cancelled.promise;
});

Deno.test("Filesystem.read() reports progress, at the end too of an empty file", async () => {
  const { files } = fakeFiles(rangeServer);
  const seen: unknown[] = [];
  await files.read("/ten", { onProgress: (progress) => seen.push(progress) });
  assertEquals(seen.at(-1), { bytes: 10, totalBytes: 10 });
  const { files: empty } = fakeFiles(() => new Response("", { headers: { "content-length": "0" } }));
  await empty.read("/empty", { onProgress: (progress) => seen.push(progress) });
  assertEquals(seen.at(-1), { bytes: 0, totalBytes: 0 });
});

Deno.test("Filesystem.read() rejects with what onProgress throws, and ends the transfer", async () => {
  const { files, sent } = fakeFiles(rangeServer);
  const thrown = new Error("enough");
  const error = await assertRejects(() =>
    files.read("/ten", {
      onProgress() {
        throw thrown;
      },
    })
  );
  assertStrictEquals(error, thrown);
  assert(sent[0]!.signal!.aborted);
  assertEquals(sent.length, 1);
});

Deno.test("Filesystem.read() repeats after a cut body, and gives up with a network error", async () => {
  const { files, sent } = fakeFiles((_, index) =>
    new Response(index === 0 ? "01234" : TEN, { headers: { "content-length": "10" } })
  );
  assertEquals((await files.read("/ten")).byteLength, 10);
  assertEquals(sent.length, 2);
  const { files: short } = fakeFiles(() => new Response("01234", { headers: { "content-length": "10" } }), {
    retry: false,
  });
  const error = await assertRejects(() => short.read("/ten"), SandboxError);
  assertEquals([error.code, error.retryable], ["network", true]);
});

Deno.test("Filesystem.read() takes a compressed answer's length for what it is, where one was asked for", async () => {
  const reply = () => new Response(TEN, { headers: { "content-length": "4", "content-encoding": "gzip" } });
  const { files } = fakeFiles(reply, { headers: { "accept-encoding": "gzip" } });
  assertEquals((await files.read("/ten")).byteLength, 10);
  // Deno hands it over as it is, packed, and others unpack it without a limit.
  const error = await assertRejects(() => fakeFiles(reply).files.read("/ten"), SandboxError);
  assertEquals(error.code, "protocol");
});

Deno.test("Filesystem.read() never takes more than was declared", async () => {
  const { files } = fakeFiles(() => new Response(TEN, { headers: { "content-length": "4" } }));
  const error = await assertRejects(() => files.read("/ten"), SandboxError);
  assertEquals(error.code, "protocol");
});

Deno.test("Filesystem.read() refuses a declared size that no memory holds", async () => {
  const { files } = fakeFiles(() => new Response(TEN, { headers: { "content-length": "9000000000000000" } }));
  const error = await assertRejects(() => files.read("/ten"), OutputLimitError);
  assertEquals(error.code, "file_too_large");
});

Deno.test("Filesystem.readText() keeps a byte order mark and replaces what is not UTF-8", async () => {
  const { files } = fakeFiles(() => new Response(new Uint8Array([0xef, 0xbb, 0xbf, 0x61, 0xff])));
  assertEquals(await files.readText("/x"), "\uFEFFa\uFFFD");
});

Deno.test("Filesystem.readBlob() has the media type of the answer", async () => {
  const { files } = fakeFiles(() => new Response("<svg/>", { headers: { "content-type": "image/svg+xml" } }));
  const blob = await files.readBlob("/x.svg");
  assertEquals([blob.type, await blob.text()], ["image/svg+xml", "<svg/>"]);
});

Deno.test("Filesystem.read() makes no request with an aborted signal, and rejects with its reason", async () => {
  const { files, sent } = fakeFiles(rangeServer);
  const reason = new Error("never mind");
  const error = await assertRejects(() => files.read("/ten", { signal: AbortSignal.abort(reason) }));
  assertStrictEquals(error, reason);
  assertEquals(sent.length, 0);
});

Deno.test("Filesystem.read() ends when no byte moves, even if fetch does not heed its signal", async () => {
  const { files } = fakeFiles(() => new Response(new ReadableStream({ pull: () => new Promise(() => {}) })));
  const error = await assertRejects(() => files.read("/x", { requestTimeoutMs: 20 }));
  assert(isSandboxError(error, "request_timeout"));
});
