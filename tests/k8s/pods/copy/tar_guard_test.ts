/** What goes through the guard of a copy, byte for byte, and what does not. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TarGuard } from "../../../../src/k8s/pods/copy/tar_guard.ts";
import { TarProblem } from "../../../../src/k8s/pods/copy/tar_problem.ts";
import { archive, END, joined, type Made, made, output, pax } from "./archives.ts";

/** Sends an archive through, cut into pieces. */
function through(bytes: Uint8Array<ArrayBuffer>, piece = bytes.byteLength, outsideLinks = false): Uint8Array {
  const guard = new TarGuard({ outsideLinks });
  const passed: Uint8Array[] = [];
  for (let start = 0; start < bytes.byteLength; start += piece) {
    passed.push(...guard.push(bytes.slice(start, start + piece)));
  }
  guard.finish();
  return joined(passed);
}

const LONG = "d/".repeat(60) + "n".repeat(120);

Deno.test("archives of GNU's tar in all its formats go through unchanged, however they are cut", async () => {
  const dir = await mkdtemp(join(tmpdir(), "guard-"));
  try {
    const script = `mkdir -p tree/sub "tree/${LONG}" && cd tree
      printf hello >file; ln -s ../file sub/link; ln file hard; mkfifo fifo; printf '' >empty
      printf x >"quo'te\\"s"; printf y >-dash; printf z >"$(printf 'new\\nline')"; printf w >"$(printf '\\377bytes')"
      head -c 100000 /dev/zero | tr '\\0' a >large
      for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
        printf $i | dd of=sparse bs=1 seek=$((i * 65536)) conv=notrunc 2>/dev/null; done; truncate -s 3M sparse`;
    await output(["sh", "-c", script], undefined, dir);
    for (
      const format of ["gnu", "oldgnu", "pax", "pax --sparse-version=0.0", "pax --sparse-version=0.1", "ustar", "v7"]
    ) {
      const short = format === "ustar" || format === "v7";
      const skip = short ? ["--exclude=d", "--exclude=fifo"] : [];
      const sparse = short ? [] : ["-S"];
      const [kind = "", ...more] = format.split(" ");
      const command = ["tar", "-cf", "-", `--format=${kind}`, ...more, ...sparse, ...skip, "tree"];
      const bytes = await output(command, undefined, dir);
      for (const piece of [bytes.byteLength, 65_536, 511]) {
        assert(Buffer.compare(through(bytes, piece), bytes) === 0, `${format} in pieces of ${piece}`);
      }
    }
  } finally {
    await rm(dir, { recursive: true });
  }
});

Deno.test("a member goes on only when all of what it is called was seen", () => {
  const guard = new TarGuard({ outsideLinks: false });
  const good = made({ name: "good", data: "abc" });
  const bad = archive(pax({ path: "../bad" }), { name: "bad", data: "x" });
  assertEquals(joined(guard.push(new Uint8Array(good))), good);
  for (let at = 0; at < 3 * 512 - 1; at++) assertEquals(guard.push(bad.slice(at, at + 1)), []);
  assertThrows(() => guard.push(bad.slice(3 * 512 - 1)), TarProblem, 'its member "../bad" has ".." in it');
  assertEquals(guard.passedBytes, good.byteLength);
});

const REFUSED: readonly (readonly [string, readonly (Made | Uint8Array)[]])[] = [
  ['its member "../x" has ".." in it', [{ name: "../x" }]],
  ['its member "a/../../x" has ".." in it', [{ name: "a/../../x" }]],
  ['its member "a/.." has ".." in it', [{ name: "a/..", type: "5" }]],
  ['its member "/etc/x" is an absolute path', [{ name: "/etc/x" }]],
  ['its member "" is no path', [{ name: "" }]],
  ['its member "../p/x" has ".." in it', [{ name: "x", prefix: "../p" }]],
  ['its member "/p/x" is an absolute path', [{ name: "x", prefix: "/p" }]],
  // By each way in which a name can be longer than a header has room for.
  ['its member "../long" has ".." in it', [made({ name: "././@LongLink", type: "L", data: "../long\0" }), {
    name: "x",
  }]],
  ['its member "../pax" has ".." in it', [pax({ path: "../pax" }), { name: "x" }]],
  ['its member "../p\\nax" has ".." in it', [pax({ path: "../p\nax" }), { name: "x" }]],
  ['its member "../sparse" has ".." in it', [pax({ "GNU.sparse.name": "../sparse" }), { name: "x" }]],
  ['its member "/raw" is an absolute path', [pax({ path: "fine" }), { name: "/raw" }]],
  ['its member "../first" has ".." in it', [pax({ path: "../first" }), pax({ path: "second" }), { name: "x" }]],
  ['it gives all its members one "path"', [pax({ path: "x" }, "g"), { name: "x" }]],
  ['its link "l" leads out: to "/etc"', [{ name: "l", type: "2", link: "/etc" }]],
  ['its link "l" leads out: to ".."', [{ name: "l", type: "2", link: ".." }]],
  ['its link "a/l" leads out: to "../../x"', [{ name: "a/l", type: "2", link: "../../x" }]],
  ['its link "l" leads out: to "a/../.."', [{ name: "l", type: "2", link: "a/../.." }]],
  ['its link "l" leads out: to "../k"', [made({ name: "@", type: "K", data: "../k\0" }), {
    name: "l",
    type: "2",
    link: "k",
  }]],
  ['its link "l" leads out: to "../p"', [pax({ linkpath: "../p" }), { name: "l", type: "2", link: "p" }]],
  [`what its link "h" names, "../x", has ".." in it`, [{ name: "h", type: "1", link: "../x" }]],
  [`what its link "h" names, "/etc/passwd", is an absolute path`, [{ name: "h", type: "1", link: "/etc/passwd" }]],
  ['its member "l/x" goes through a link', [{ name: "l", type: "2", link: "d" }, { name: "l/x" }]],
  ['its member "./l//x" goes through a link', [{ name: "l/", type: "2", link: "d" }, { name: "./l//x" }]],
  [`what its link "h" names, "l/x", goes through a link`, [
    { name: "l", type: "2", link: "d" },
    { name: "h", type: "1", link: "l/x" },
  ]],
  ['its member "h/x" goes through a link', [
    { name: "l", type: "2", link: "d" },
    { name: "h", type: "1", link: "l" },
    { name: "h/x" },
  ]],
  ['its member "d/d/l" goes through a link', [
    { name: "d", type: "2", link: "." },
    { name: "d/d/l", type: "2", link: "../.." },
  ]],
  ['its member "dev" is a device', [{ name: "dev", type: "3" }]],
  ['its member "dev" is a device', [{ name: "dev", type: "4" }]],
  ['its member "v" is of a kind ("V") that is not copied', [{ name: "v", type: "V" }]],
  ['its member "d" has bytes, and is no file', [{ name: "d", type: "5", data: "x" }]],
  ['its member "d/" has bytes, and is no file', [{ name: "d/", data: "x" }]],
  ['its member "l" has bytes, and is no file', [{ name: "l", type: "2", link: "x", data: "x" }]],
  ['its member "x" has two sizes', [pax({ size: "0" }), { name: "x", data: "y" }]],
  ["a damaged tar archive: a member's size is none", [pax({ size: "-1" }), { name: "x" }]],
  ["a damaged tar archive: an extended header has a record that is none", [
    made({ name: "p", type: "x", data: "99 path=x\n" }),
    { name: "x" },
  ]],
  ['a damaged tar archive: two records "path"', [
    made({ name: "p", type: "x", data: "15 path=../bad\n13 path=good\n" }),
    { name: "good" },
  ]],
  ["a damaged tar archive: a long name has more behind its end", [
    made({ name: "@", type: "L", data: "a\0../b" }),
    { name: "x" },
  ]],
  ["a damaged tar archive: attributes of no member", [pax({ path: "x" })]],
  ["a damaged tar archive: a header is too long", [made({ name: "x", type: "x", size: 2 ** 30 })]],
  ["a checksum is wrong", [{ name: "x", badSum: true }]],
  ["it is no tar archive", [new TextEncoder().encode("this is no archive at all".repeat(50))]],
  ["it has more behind its end", [END, { name: "../x" }]],
];

for (const [message, parts] of REFUSED) {
  Deno.test(`refused: ${JSON.stringify(message)}, ${parts.length} parts`, () => {
    assertThrows(() => through(archive(...parts)), TarProblem, message);
    assertThrows(() => through(archive(...parts), 1), TarProblem, message);
  });
}

Deno.test("what is cut off is told, wherever that is", () => {
  const bytes = archive(pax({ path: "name" }), { name: "x", data: "y".repeat(700) });
  for (let end = 0; end <= bytes.byteLength - END.byteLength; end++) {
    assertThrows(() => through(bytes.slice(0, end)), TarProblem, "it is cut off");
  }
  // One block of zeros is an end, too.
  through(bytes.slice(0, bytes.byteLength - 512));
});

Deno.test("links that stay inside go through; those that lead out do if that is wanted, but nothing goes through them", () => {
  const inside = archive(
    { name: "a/b/l", type: "2", link: "../../c" },
    { name: "top", type: "2", link: "a/b" },
    { name: "h", type: "1", link: "a/b/f" },
  );
  assertEquals(through(inside), inside);
  const outside = archive({ name: "l", type: "2", link: "/usr/bin/python3" });
  assertEquals(through(outside, 512, true), outside);
  const behind = archive({ name: "l", type: "2", link: "/etc" }, { name: "l/passwd", data: "x" });
  assertThrows(() => through(behind, 512, true), TarProblem, "goes through a link");
});

Deno.test("a root is the first segment of every name", () => {
  const root = new TextEncoder().encode("dir");
  const check = (...parts: Made[]) => new TarGuard({ outsideLinks: true, root }).push(archive(...parts));
  assert(check({ name: "dir/", type: "5" }, { name: "./dir/x" }).length > 0);
  assertThrows(() => check({ name: "dir2/x" }), TarProblem, 'its member "dir2/x" is not below "dir"');
  // Who unpacks that would share a file of theirs with the container.
  const hard = { name: "dir/h", type: "1", link: "theirs" };
  assertThrows(() => check(hard), TarProblem, 'what its link "dir/h" names, "theirs", is not below "dir"');
});

Deno.test("below a root, links beside it lead out", () => {
  const root = new TextEncoder().encode("dir");
  const check = (name: string, link: string) =>
    new TarGuard({ outsideLinks: false, root }).push(archive({ name, type: "2", link }));
  assert(check("dir/a/l", "../b").length > 0);
  assertThrows(() => check("dir/l", "../beside"), TarProblem, 'its link "dir/l" leads out: to "../beside"');
  assertThrows(() => check("dir", "beside"), TarProblem, 'its link "dir" leads out: to "beside"');
});

Deno.test("what is held back for one member has a limit", () => {
  const sparse = made({ name: "s", type: "S", magic: "ustar " });
  // More of its map follows, and more, and more.
  sparse[482] = 1;
  sparse.fill(0x20, 148, 156);
  const sum = sparse.reduce((total, byte) => total + byte, 0);
  sparse.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  const map = new Uint8Array(2 ** 20).fill(1);
  const names = joined(Array.from({ length: 512 }, () => pax({ path: "a".repeat(2000) })));
  for (const [first, more] of [[sparse, map], [names, names]] as const) {
    const guard = new TarGuard({ outsideLinks: false });
    guard.push(new Uint8Array(first));
    assertThrows(
      () => {
        for (let i = 0; i < 16; i++) guard.push(new Uint8Array(more));
      },
      TarProblem,
      "a header is too long",
    );
  }
});

Deno.test("zeros behind the end come to an end", () => {
  const guard = new TarGuard({ outsideLinks: false });
  const zeros = new Uint8Array(2 ** 20);
  for (let i = 0; i < 64; i++) assertEquals(guard.push(zeros), [zeros]);
  assertThrows(() => guard.push(zeros), TarProblem, "it has more behind its end");
});

Deno.test("a plain name may be empty where there is a longer one", () => {
  const bytes = archive(
    ...[pax({ path: "\u65e5" }), { name: "" }],
    ...[pax({ linkpath: "\u65e5" }), { name: "l", type: "2" }],
  );
  assertEquals(through(bytes), bytes);
});

Deno.test("a name of very many segments is checked as fast as its bytes come", () => {
  const name = "a/".repeat(500_000);
  const bytes = archive({ name: "l", type: "2", link: "x" }, pax({ path: `${name}f` }), { name: "f" });
  assertEquals(through(bytes).byteLength, bytes.byteLength);
});

Deno.test("sizes beyond the plain kind of header", () => {
  // 10 GiB in GNU's binary form: only its first bytes are sent.
  const block = made({ name: "large", size: 0 });
  block.set([0x80, 0, 0, 0, 0, 0, 0, 2, 0x80, 0, 0, 0], 124);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  const guard = new TarGuard({ outsideLinks: false });
  const chunk = new Uint8Array(2 ** 20).fill(0xff);
  guard.push(new Uint8Array(block));
  for (let i = 0; i < 10; i++) assertEquals(guard.push(chunk).length, 1);
  assertEquals(guard.passedBytes, 512 + 10 * 2 ** 20);
  const paxed = new TarGuard({ outsideLinks: false });
  paxed.push(new Uint8Array(pax({ size: String(10 * 2 ** 30) })));
  paxed.push(new Uint8Array(made({ name: "large", size: 0 })));
  assertEquals(paxed.push(chunk).length, 1);
});
