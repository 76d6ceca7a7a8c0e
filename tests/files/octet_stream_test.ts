import { assert, assertEquals, assertRejects } from "@std/assert";
import { isSandboxError } from "../../mod.ts";
import { noise } from "../conformance/tools.ts";
import { fakeFiles, httpError, type Sent, written } from "./tools.ts";

/** As recorded: files-post-octet-stream. */
const NEWER = () => httpError(400, "path query parameter is required for raw body upload");
const OLDER = () => httpError(500, "error parsing multipart form: request Content-Type isn't multipart/form-data");

const PROBED = { capabilities: {} };
const isProbe = ({ url }: Sent) => !url.searchParams.has("path");
const bytesOf = async ({ body }: Sent) => new Uint8Array(await new Response(body).arrayBuffer());

Deno.test("Filesystem.write() sends a stream as it is where the daemon takes that, and asks once", async () => {
  const bytes = noise(100_000);
  const { files, sent } = fakeFiles(async (request) => {
    if (isProbe(request)) return NEWER();
    assertEquals(await bytesOf(request), bytes);
    return new Response(written("/x"));
  }, PROBED);
  for (let i = 0; i < 2; i++) await files.write("/x", new Blob([bytes]).stream());
  assertEquals(sent.map(({ url }) => url.search), [
    "?username=root",
    "?path=%2Fx&username=user",
    "?path=%2Fx&username=user",
  ]);
  assertEquals(sent.map(({ headers }) => headers.get("content-type")), Array(3).fill("application/octet-stream"));
});

Deno.test("Filesystem.write() sends an empty stream as an empty body", async () => {
  const seen: number[] = [];
  const { files } = fakeFiles(async (request) => {
    if (isProbe(request)) return NEWER();
    assertEquals((await bytesOf(request)).byteLength, 0);
    return new Response(written("/x"));
  }, PROBED);
  await files.write("/x", new Blob().stream(), { onProgress: ({ bytes }) => seen.push(bytes) });
  assertEquals(seen, [0]);
});

Deno.test("Filesystem.write() sends a form where the daemon wants one", async () => {
  const { files, sent } = fakeFiles(async (request) => {
    if (isProbe(request)) return OLDER();
    await bytesOf(request);
    return new Response(written("/x"));
  }, PROBED);
  await files.write("/x", new Blob(["text"]).stream());
  assert(sent.at(-1)!.headers.get("content-type")!.startsWith("multipart/form-data; boundary="));
});

Deno.test("Filesystem.write() does not ask for small data, which a form does not slow down", async () => {
  const { files, sent } = fakeFiles(async (request) => {
    await bytesOf(request);
    return new Response(written("/x"));
  }, PROBED);
  await files.write("/x", "text");
  assertEquals(sent.length, 1);
});

Deno.test("Filesystem.write() takes nothing from a stream where the question fails", async () => {
  let taken = 0;
  const { files, sent } = fakeFiles(() => httpError(401, "unauthorized access"), PROBED);
  const stream = new ReadableStream({ pull: () => void taken++ }, { highWaterMark: 0 });
  const error = await assertRejects(() => files.write("/x", stream));
  assert(isSandboxError(error, "unauthenticated"));
  assertEquals([taken, sent.length], [0, 1]);
});
