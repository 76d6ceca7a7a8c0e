import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { contentMark, frameMark, type Mark, wireMark } from "../../../src/testing/faults/fault_marks.ts";
import { MessageReader, type Part, requestFraming, responseFraming } from "../../../src/testing/faults/http_framing.ts";

const encoder = new TextEncoder();

/** An answer in a random framing, and what its receiver reads. */
interface Message {
  readonly wire: Uint8Array;
  readonly content: Uint8Array;
  readonly head: number;
}

const frames = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 6 });

function message(payloads: readonly Uint8Array[], chunkSizes: readonly number[] | undefined): Message {
  const content = join(payloads.map((payload) => {
    const header = new Uint8Array(5);
    new DataView(header.buffer).setUint32(1, payload.byteLength);
    return join([header, payload]);
  }));
  const length = chunkSizes === undefined ? `Content-Length:  ${content.byteLength}` : "Transfer-Encoding: chunked";
  const head = encoder.encode(`HTTP/1.1 200 OK\r\nContent-Type: application/connect+json\r\n${length}\r\n\r\n`);
  return {
    wire: join([head, ...chunkSizes === undefined ? [content] : chunked(content, chunkSizes)]),
    content,
    head: head.byteLength,
  };
}

function chunked(content: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0, i = 0; at < content.byteLength; i++) {
    const data = content.subarray(at, at + (sizes[i % sizes.length] ?? 1));
    parts.push(encoder.encode(`${data.byteLength.toString(16)};x\r\n`), data, encoder.encode("\r\n"));
    at += data.byteLength;
  }
  return [...parts, encoder.encode("0\r\nx: y\r\n\r\n")];
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Cuts bytes at random places. */
function pieces(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const result: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.byteLength; i++) {
    result.push(bytes.subarray(at, at += sizes[i % sizes.length] ?? 1));
  }
  return result;
}

function read(wire: Uint8Array, sizes: readonly number[]): Part[] {
  const reader = new MessageReader((head) => responseFraming(head, "GET"));
  const parts = pieces(wire, sizes).flatMap((piece) => [...reader.push(piece)]);
  assertEquals(reader.isIdle, true);
  return parts;
}

/** What passes up to a mark. */
function upTo(mark: Mark, parts: readonly Part[]): Uint8Array | undefined {
  const passed: Uint8Array[] = [];
  for (const part of parts) {
    const at = mark.find(part);
    passed.push(part.bytes.subarray(0, at));
    if (at !== undefined) return join(passed);
  }
  return undefined;
}

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });
const someMessage = fc.tuple(frames, fc.option(sizes, { nil: undefined }));

Deno.test("framing: however it is cut into pieces, the parts are the stream, and the content its content", () => {
  fc.assert(fc.property(fc.array(someMessage, { minLength: 1, maxLength: 3 }), sizes, (inputs, sizes) => {
    const messages = inputs.map((input) => message(...input));
    const parts = read(join(messages.map(({ wire }) => wire)), sizes);
    assertEquals(join(parts.map(({ bytes }) => bytes)), join(messages.map(({ wire }) => wire)));
    const content = parts.filter(({ kind }) => kind === "content").map(({ bytes }) => bytes);
    assertEquals(join(content), join(messages.map(({ content }) => content)));
    assertEquals(parts.filter(({ last }) => last).length, messages.length);
    assertEquals(parts.filter(({ head }) => head).length, messages.length);
  }));
});

Deno.test("marks: each is where it should be, however the stream is cut into pieces", () => {
  fc.assert(fc.property(someMessage, sizes, fc.nat(2500), (input, sizes, bytes) => {
    const { wire, content, head } = message(...input);
    const parts = read(wire, sizes);
    const onWire = upTo(wireMark(bytes), parts);
    assertEquals(onWire, bytes > wire.byteLength ? undefined : wire.subarray(0, bytes));
    const wanted = bytes % (content.byteLength + 1);
    const inContent = upTo(contentMark(wanted), parts)!;
    assertEquals(contentOf(inContent, head, input[1] !== undefined), content.subarray(0, wanted));
    if (wanted > 0) assertEquals(inContent.at(-1), content[wanted - 1]);
    assertEquals(upTo(contentMark(content.byteLength + 1), parts), undefined);
    for (let frame = 0, end = 0; frame <= input[0].length; frame++) {
      const passed = upTo(frameMark(frame), parts)!;
      assertEquals(contentOf(passed, head, input[1] !== undefined), content.subarray(0, end));
      end += 5 + (input[0][frame]?.byteLength ?? 0);
    }
    assertEquals(upTo(frameMark(input[0].length + 1), parts), undefined);
  }));
});

/** The content of an answer that may have been cut off, by a reader that knows nothing of the one under test. */
function contentOf(wire: Uint8Array, head: number, isChunked: boolean): Uint8Array {
  if (!isChunked) return wire.subarray(head);
  const parts: Uint8Array[] = [];
  for (let at = head; at < wire.byteLength;) {
    const line = wire.indexOf(10, at);
    const size = parseInt(new TextDecoder().decode(wire.subarray(at, line)), 16);
    parts.push(wire.subarray(line + 1, line + 1 + size));
    if (size === 0) break;
    at = line + 1 + size + 2;
  }
  return join(parts);
}

Deno.test("framing: what is no HTTP is refused", () => {
  const answers = [
    "SSH-2.0\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    "HTTP/1.1 200 OK\r\ncontent-length: 1e3\r\n\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1x\r\n",
  ];
  for (const answer of answers) {
    const reader = new MessageReader((head) => responseFraming(head, "GET"));
    assertThrows(() => [...reader.push(encoder.encode(answer))], Error);
  }
  const endless = new MessageReader(requestFraming);
  assertThrows(() => {
    for (let i = 0; i < 2000; i++) [...endless.push(new Uint8Array(1000).fill(65))];
  }, Error);
});
