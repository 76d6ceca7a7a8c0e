import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { EntryInfo, ListDirResponse } from "../../gen/codec/filesystem/filesystem.ts";
import { ListResponse, ProcessEvent, StartRequest, StartResponse } from "../../gen/codec/process/process.ts";
import {
  EntryInfoSchema,
  FileType,
  type ListDirResponse as Listed,
  ListDirResponseSchema,
} from "../../gen/filesystem/filesystem_pb.ts";
import { StartRequestSchema, StartResponseSchema } from "../../gen/process/process_pb.ts";
import { decode, encode } from "../../src/connection/codec.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const bytes = (...values: number[]): Bytes => Uint8Array.of(...values);
const nested = (field: number, data: Uint8Array): Bytes => bytes(field << 3 | 2, data.length, ...data);

const ENTRY = {
  name: "ü",
  type: FileType.DIRECTORY,
  path: "/a/\ufeffü",
  size: 2n ** 53n - 1n,
  mode: 0o755,
  permissions: "Lrwxr-xr-x",
  owner: "node",
  group: "7",
  modifiedTime: { seconds: -62_135_596_800n, nanos: 999_999_999 },
  symlinkTarget: "",
  metadata: { a: "1", "": "", __proto__x: "2" },
};

Deno.test("encode() and decode(): what goes out and comes in is what the code with descriptors makes of it", () => {
  const request = {
    process: { cmd: "sh", args: ["", "\0", "ü"], envs: { A: "", B: "1" }, cwd: "" },
    pty: { size: { cols: 80, rows: 2 ** 32 - 1 } },
    tag: "t",
    stdin: false,
  };
  assertEquals(fromBinary(StartRequestSchema, encode(StartRequest, request)), create(StartRequestSchema, request));
  const entry = decode(EntryInfo, toBinary(EntryInfoSchema, create(EntryInfoSchema, ENTRY)) as Bytes);
  assertEquals(entry, ENTRY);
  const { size, mode, symlinkTarget } = decode(EntryInfo, bytes());
  assertEquals([size, mode, symlinkTarget], [0n, 0, undefined]);
});

Deno.test("decode(): bytes are a view of the frame", () => {
  const value = new Uint8Array(1000).fill(7);
  const event = create(StartResponseSchema, {
    event: { event: { case: "data", value: { output: { case: "stderr", value } } } },
  });
  const frame = toBinary(StartResponseSchema, event) as Bytes;
  const data = decode(StartResponse, frame).event?.event;
  assert(data?.$case === "data" && data.value.output?.$case === "stderr");
  assertStrictEquals(data.value.output.value.buffer, frame.buffer);
  assertEquals(data.value.output.value, value);
});

/** The name of a process's working directory, deep enough to stand in three messages. */
const withCwd = (...name: number[]): Bytes => nested(1, nested(1, nested(4, bytes(...name))));

Deno.test("decode(): strings are UTF-8, and a byte order mark is text", () => {
  const cwdOf = (...name: number[]) => decode(ListResponse, withCwd(...name)).processes[0]?.config?.cwd;
  assertEquals(cwdOf(0xef, 0xbb, 0xbf, 0x61), "\ufeffa");
  assertEquals(cwdOf(...new TextEncoder().encode("ü".repeat(20))), "ü".repeat(20));
  for (const name of [[0xff], [0x61, 0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [...new Array(40).fill(0x61), 0xe2]]) {
    assertThrows(() => cwdOf(...name));
  }
});

/** A group in a group in a group. */
const groups = (depth: number): Bytes => bytes(...new Array(depth).fill(0x7b), ...new Array(depth).fill(0x7c));

const NO_MESSAGES: Readonly<Record<string, Bytes>> = {
  "a varint that is cut off": bytes(0x0a, 0xff),
  "a varint that never ends": bytes(0x78, ...new Array(20).fill(0xff)),
  "a field that is longer than the message": bytes(0x0a, 0x05, 0x0a),
  "a field of 4 GiB": bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f),
  "an unknown field that is longer than the message": bytes(0x7a, 0x05, 0x00),
  "an unknown number that is cut off": bytes(0x79, 0x00, 0x00),
  "a nested field that is longer than the message": nested(1, nested(1, bytes(0x22, 0x10, 0x61))),
  "a zero byte": bytes(0x00),
  "a zero byte in a nested message": nested(1, bytes(0x00)),
  "zero bytes": new Uint8Array(64),
  "a field without a number": bytes(0x02, 0x01, 0x61),
  "the end of a group that did not begin": bytes(0x7c),
  "the end of a group in place of a known field": nested(1, bytes(0x0c)),
  "the end of another group": bytes(0x7b, 0x84, 0x01),
  "a group that does not end": bytes(0x7b, 0x08, 0x01),
  "groups in groups, without end": groups(5_000),
  "a wire type that there is not": bytes(0x7e, 0x00),
  "the wire type after it": bytes(0x7f),
  "words": new TextEncoder().encode("not protobuf at all"),
};
for (const [name, data] of Object.entries(NO_MESSAGES)) {
  Deno.test(`decode(): ${name} is no message`, () => {
    assertThrows(() => decode(ListResponse, data));
  });
}

Deno.test("decode(): what is not known is left out, and so is a known field of another type", () => {
  const known = withCwd(0x61);
  for (
    const unknown of [
      bytes(0x78, 0xff, 0x01),
      bytes(0x79, 1, 2, 3, 4, 5, 6, 7, 8),
      bytes(0x7a, 0x01, 0x00),
      bytes(0x7d, 1, 2, 3, 4),
      groups(50),
      bytes(0x08, 0x07),
    ]
  ) {
    assertEquals(decode(ListResponse, bytes(...unknown, ...known)), decode(ListResponse, known));
    assertEquals(decode(ListResponse, bytes(...known, ...unknown)), decode(ListResponse, known));
  }
  assertEquals(decode(ProcessEvent, bytes(0x18, 0x01)), { event: undefined });
});

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

Deno.test("decode(): a message that is cut off is an error, or what the code with descriptors makes of it", () => {
  const entries = [ENTRY, { name: "b", path: "/b" }, ENTRY];
  const whole = toBinary(ListDirResponseSchema, create(ListDirResponseSchema, { entries }));
  for (let length = 0; length <= whole.length; length++) {
    const cut = whole.slice(0, length);
    const expected: Listed | undefined = attempt(() => fromBinary(ListDirResponseSchema, cut));
    const actual = attempt(() => decode(ListDirResponse, cut));
    assertEquals(
      actual?.entries.map(({ name, path }) => [name, path]),
      expected?.entries.map(({ name, path }) => [name, path]),
    );
  }
});

Deno.test("decode(): any bytes are an error, or a message that is not out of proportion", () => {
  const big = (_key: string, value: unknown) => typeof value === "bigint" ? String(value) : value;
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
    for (const codec of [ListResponse, StartResponse, ListDirResponse]) {
      const message = attempt<unknown>(() => decode<unknown>(codec, bytes(...data)));
      assert(message === undefined || JSON.stringify(message, big).length < 100 + 100 * data.length);
    }
  }));
});
