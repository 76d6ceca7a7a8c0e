import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { gzipSync } from "node:zlib";
import { form, FORM_TYPE, startBox } from "./files_box.ts";

// What the recordings do not show of `/files`: the HTTP standard and docs/protocol.md say what is right.

Deno.test("a range longer than the file, a reversed one and several", async () => {
  await using box = await startBox({ version: "0.6.13" });
  await box.put("r", "0123456789");
  const get = (range: string) => box.get("r", { range });
  const suffix = await get("bytes=-500");
  assertEquals([suffix.status, suffix.headers.get("content-range"), await suffix.text()], [
    206,
    "bytes 0-9/10",
    "0123456789",
  ]);
  const reversed = await get("bytes=5-2");
  assertEquals([reversed.status, await reversed.text()], [416, "invalid range\n"]);
  const overlapping = await get("bytes=0-9,0-9");
  assertEquals([overlapping.status, await overlapping.text()], [200, "0123456789"]);
  const partlyBeyond = await get("bytes=8-100,20-");
  assertEquals([partlyBeyond.status, await partlyBeyond.text()], [206, "89"]);

  const several = await get("bytes=0-1, 4-5,-1");
  const body = await several.text();
  const [, boundary] = /boundary=(.+)$/.exec(several.headers.get("content-type")!)!;
  assertEquals(several.status, 206);
  assertEquals(several.headers.get("content-length"), String(body.length));
  assertEquals(
    body,
    [["0-1", "01"], ["4-5", "45"], ["9-9", "9"]].map(([range, text]) =>
      `--${boundary}\r\nContent-Range: bytes ${range}/10\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`
    ).join("") + `--${boundary}--\r\n`,
  );
});

Deno.test("a range of an empty file is the file", async () => {
  await using box = await startBox({ version: "0.6.13" });
  await box.put("empty", "");
  const response = await box.get("empty", { range: "bytes=0-3" });
  assertEquals([response.status, await response.text()], [200, ""]);
});

Deno.test("conditions are about the file's time, and never met on the old version", async () => {
  const MODIFIED = "Thu, 04 Mar 2021 05:06:07 GMT";
  const LATER = "Fri, 05 Mar 2021 05:06:07 GMT";
  const EARLIER = "Wed, 03 Mar 2021 05:06:07 GMT";
  const expected: [headers: Record<string, string>, newer: number, old: number][] = [
    [{ "if-modified-since": MODIFIED }, 304, 200],
    [{ "if-modified-since": EARLIER }, 200, 200],
    [{ "if-modified-since": "no date" }, 200, 200],
    [{ "if-unmodified-since": EARLIER }, 412, 200],
    [{ "if-unmodified-since": LATER }, 200, 200],
    [{ "if-match": '"tag"' }, 412, 200],
    [{ "if-match": "*" }, 200, 200],
    [{ "if-none-match": "*" }, 304, 200],
    [{ "if-none-match": '"tag"', "if-modified-since": LATER }, 200, 200],
    [{ range: "bytes=0-0", "if-range": MODIFIED }, 206, 200],
    [{ range: "bytes=0-0", "if-range": EARLIER }, 200, 200],
    [{ range: "bytes=0-0", "if-range": '"tag"' }, 200, 200],
  ];
  for (const version of ["0.2.10", "0.6.13"] as const) {
    await using box = await startBox({ version });
    await box.put("f", "hello");
    await Deno.utime(`${box.home}/f`, new Date(MODIFIED), new Date(MODIFIED));
    for (const [headers, newer, old] of expected) {
      const response = await box.get("f", headers);
      await response.body?.cancel();
      assertEquals(response.status, version === "0.2.10" ? old : newer, `${version} ${JSON.stringify(headers)}`);
    }
  }
});

Deno.test("compression follows the best q-value, and ranges refuse it", async () => {
  await using box = await startBox({ version: "0.6.13" });
  await box.put("f", "hello");
  const coding = async (accept: string, headers: Record<string, string> = {}) => {
    const response = await box.get("f", { "accept-encoding": accept, ...headers });
    await response.body?.cancel();
    return response.headers.get("content-encoding") ?? response.status;
  };
  assertEquals(await coding("gzip;q=0.5"), "gzip");
  assertEquals(await coding("gzip;q=0.5, identity"), 200);
  assertEquals(await coding("br, gzip;q=0.1"), "gzip");
  assertEquals(await coding("gzip;q=0"), 200);
  assertEquals(await coding("*;q=0"), 406);
  assertEquals(await coding("gzip, identity;q=0", { range: "bytes=0-1" }), 406);
});

Deno.test("what is no regular file is refused, and blocks nothing", async () => {
  for (const version of ["0.2.10", "0.6.13"] as const) {
    await using box = await startBox({ version });
    await new Deno.Command("mkfifo", { args: [`${box.home}/pipe`] }).output();
    const read = await box.get("pipe");
    assertEquals(read.status, 500);
    assertStringIncludes(await read.text(), "not a regular file");
    const written = await box.post("path=pipe", form(["f", "x"]));
    assertEquals(written.status, 500);
    assertStringIncludes(await written.text(), "no such device or address");
    const process = await box.get("/proc/self/status");
    assertEquals([process.status, await process.text()], [500, "seeker can't seek\n"]);
  }
});

Deno.test("a file's name in a form is taken literally and in full", async () => {
  await using box = await startBox({ version: "0.2.10" });
  const names: [header: string, name: string][] = [
    [`filename="grün.txt"`, "grün.txt"],
    [`filename="a\\"b\\\\c"`, `a"b\\c`],
    [`filename="C:\\new\\f"`, "C:\\new\\f"],
    [`filename="100%25"`, "100%25"],
    [`filename*=UTF-8''gr%C3%BCn%20x`, "grün x"],
    [`filename=plain`, "plain"],
    [`filename="../${basename(box.home)}/dots"`, "dots"],
    [`filename="x; y=z"`, "x; y=z"],
  ];
  for (const [header, name] of names) {
    const response = await box.post("", rawForm(`Content-Disposition: form-data; name="file"; ${header}`, "x"));
    const [file] = JSON.parse(await response.text());
    assertEquals(file?.path, `${box.home}/${name}`, header);
    assertEquals(await Deno.readTextFile(`${box.home}/${name}`), "x");
    await Deno.remove(`${box.home}/${name}`);
  }
});

Deno.test("content that looks like a delimiter is content", async () => {
  await using box = await startBox({ version: "0.2.10" });
  const tricky = "\r\n--\r\n--b\r\n-- boundar\r\n\r\n--boundar\n--boundary";
  await box.put("f", tricky);
  assertEquals(await Deno.readTextFile(`${box.home}/f`), tricky);
});

Deno.test("a form that is cut keeps what came, and says so once", async () => {
  for (const version of ["0.2.10", "0.6.13"] as const) {
    await using box = await startBox({ version });
    const whole = form(["first", "1"], ["second", "content"]);
    const cut = whole.slice(0, whole.lastIndexOf("tent"));
    const response = await box.post("", cut);
    assertEquals(response.status, 500);
    assertEquals(JSON.parse(await response.text()), { code: 500, message: "error reading file: unexpected EOF" });
    assertEquals(await Deno.readTextFile(`${box.home}/first`), "1");
    assertEquals(await Deno.readTextFile(`${box.home}/second`), "con");
    const nothing = await box.post("", "");
    assertEquals(JSON.parse(await nothing.text()).message, "error reading form: multipart: NextPart: EOF");
  }
});

Deno.test("what is no form is named by the version's own words", async () => {
  for (const [version, status, words] of [["0.2.10", 500, "isn't"], ["0.6.13", 400, "unsupported"]] as const) {
    await using box = await startBox({ version });
    const response = await box.post("path=f", "x", { "content-type": "text/plain" });
    assertEquals(response.status, status);
    assertStringIncludes(await response.text(), words);
    const unbounded = await box.post("path=f", "x", { "content-type": "multipart/form-data" });
    assertEquals(unbounded.status, 500);
    assertStringIncludes(await unbounded.text(), "no multipart boundary param in Content-Type");
  }
});

Deno.test("bodies are unpacked on the newer version", async () => {
  await using box = await startBox({ version: "0.6.13" });
  const octets = { "content-type": "application/octet-stream", "content-encoding": "gzip" };
  assertEquals((await box.post("path=raw", gzip("raw"), octets)).status, 200);
  assertEquals(await Deno.readTextFile(`${box.home}/raw`), "raw");
  const parts = gzip(form(["part", "packed"]));
  assertEquals((await box.post("", parts, { ...FORM_TYPE, "content-encoding": "gzip" })).status, 200);
  assertEquals(await Deno.readTextFile(`${box.home}/part`), "packed");
  const bad = await box.post("path=bad", "no gzip", octets);
  assertEquals(bad.status, 400);
  assertStringIncludes(await bad.text(), "error decompressing request body: ");
  assert(!await exists(`${box.home}/bad`));
});

Deno.test("an upload follows symlinks", async () => {
  await using box = await startBox({ version: "0.2.10" });
  await Deno.writeTextFile(`${box.home}/target`, "longer than before");
  await Deno.symlink("target", `${box.home}/link`);
  await box.put("link", "new");
  assertEquals(await Deno.readTextFile(`${box.home}/target`), "new");
  assert((await Deno.lstat(`${box.home}/link`)).isSymlink);
});

Deno.test("an upload that is refused leaves the connection usable", async () => {
  await using box = await startBox({ version: "0.6.13" });
  await Deno.mkdir(`${box.home}/dir`);
  const large = form(["f", "x".repeat(4 << 20)]);
  for (let round = 0; round < 3; round++) {
    const response = await box.post("path=dir", large);
    assertEquals([response.status, JSON.parse(await response.text()).message], [
      400,
      `path is a directory: ${box.home}/dir`,
    ]);
  }
});

Deno.test("metadata follows a file through a rename and ends with it", async () => {
  await using box = await startBox({ version: "0.6.13" });
  const headers = { "content-type": "application/octet-stream", "x-metadata-author": "Ada" };
  await (await box.post("path=a", "x", headers)).body?.cancel();
  await box.call("Move", { source: "a", destination: "b" });
  assertEquals((await box.call("Stat", { path: "b" })).entry.metadata, { author: "Ada" });
  await Deno.symlink("b", `${box.home}/link`);
  assertEquals((await box.call("Stat", { path: "link" })).entry.metadata, { author: "Ada" });
  await box.call("Remove", { path: "b" });
  await box.put("b", "x");
  assertEquals((await box.call("Stat", { path: "b" })).entry.metadata, undefined);
});

Deno.test("composing refuses what it cannot join, and leaves everything as it was", async () => {
  await using box = await startBox({ version: "0.6.13" });
  await Deno.mkdir(`${box.home}/dir`);
  await box.put("a", "a");
  const compose = async (body: unknown) => {
    const response = await box.fetch("/files/compose", { method: "POST", body: JSON.stringify(body) });
    return [response.status, JSON.parse(await response.text()).message];
  };
  const at = (name: string) => `${box.home}/${name}`;
  assertEquals(await compose({ destination: at("out") }), [400, "source_paths must not be empty"]);
  assertEquals(await compose({ source_paths: [at("a")] }), [400, "destination is required"]);
  assertEquals(await compose({ source_paths: [at("a"), at("none")], destination: at("out") }), [
    404,
    `source file not found: ${at("none")}`,
  ]);
  assertEquals(await compose({ source_paths: [at("dir")], destination: at("out") }), [
    400,
    `source path is not a regular file: ${at("dir")}`,
  ]);
  assertEquals(await compose({ source_paths: [at("a")], destination: at("a") }), [
    400,
    `source path "${at("a")}" cannot be the same as destination`,
  ]);
  const wrong = await compose("text");
  assertEquals(wrong[0], 400);
  assertEquals([...Deno.readDirSync(box.home)].map(({ name }) => name).sort(), ["a", "dir"]);
});

Deno.test("a token guards content", async () => {
  await using box = await startBox({ version: "0.2.10", token: "secret" });
  const get = (headers: Record<string, string>) => box.fetch("/files?path=f&username=user", { headers });
  const message = async (response: Response) => [response.status, JSON.parse(await response.text()).message];
  assertEquals(await message(await get({})), [401, "missing signature query parameter"]);
  assertEquals(await message(await get({ "x-access-token": "wrong" })), [
    401,
    "access token present in header but does not match",
  ]);
  assertEquals((await message(await get({ "x-access-token": "secret" })))[0], 404);
});

Deno.test("a download that is given up closes its file", async () => {
  await using box = await startBox({ version: "0.6.13" });
  await Deno.writeFile(`${box.home}/big`, new Uint8Array(4 << 20));
  // The resource sanitizer of this test sees a file that stays open.
  const response = await box.get("big", { "accept-encoding": "identity" });
  const reader = response.body!.getReader();
  assert((await reader.read()).value!.byteLength > 0);
  await reader.cancel();
});

Deno.test("the type of content is told by its first bytes", async () => {
  await using box = await startBox({ version: "0.6.13" });
  const types: [content: string, type: RegExp][] = [
    ["  <!DOCTYPE html>", /^text\/html/],
    ["<pre>", /^text\/plain/],
    ["<?xml version='1.0'?>", /^text\/xml/],
    ["GIF89a", /^image\/gif/],
    ["PK\x03\x04", /^application\/zip/],
    ["\x1f\x8b\x08", /^application\/x-gzip/],
    ["\0asm", /^application\/wasm/],
    ["RIFF1234WEBPVP", /^image\/webp/],
    ["\0\0\0\x18ftypmp42\0\0\0\0mp42isom", /^video\/mp4/],
    ["text \x1b[1m", /^text\/plain/],
    ["not text \x01", /^application\/octet-stream/],
  ];
  for (const [content, type] of types) {
    await Deno.writeFile(`${box.home}/f`, Uint8Array.from(content, (char) => char.charCodeAt(0)));
    const response = await box.get("f");
    await response.body?.cancel();
    assertMatch(response.headers.get("content-type")!, type, content);
  }
});

function rawForm(header: string, content: string): string {
  return `--boundary\r\n${header}\r\n\r\n${content}\r\n--boundary--\r\n`;
}

function gzip(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(text));
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}
