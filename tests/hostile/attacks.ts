/** What hostile servers answer, by attack and by the last part of the path that is asked for. */

import { create, toBinary } from "@bufbuild/protobuf";
import { gzipSync } from "node:zlib";
import { StatResponseSchema } from "../../gen/filesystem/filesystem_pb.ts";
import { end, event, frame, join } from "../connection/frames.ts";

/** The pieces of an answer, head included, sent one after the other. */
export type Answer = Iterable<string | Uint8Array>;

/** The answers of one attack. */
export type Attack = Readonly<Record<string, Answer>>;

const MIB = 1024 * 1024;
const ALLOW = "Access-Control-Allow-Origin: *";

/** A good answer without a message: what an attack does not answer itself. */
export const EMPTY: Answer = http("application/proto", [], "Content-Length: 0");

const END = end();
const START = event({ case: "start", value: { pid: 7 } });
const EXIT = exit(0);
const HELLO = output("hello");

function exit(exitCode: number): Uint8Array {
  return event({ case: "end", value: { exitCode, exited: true, status: `exit status ${exitCode}` } });
}

function output(text: string): Uint8Array {
  return event({ case: "data", value: { output: { case: "stdout", value: new TextEncoder().encode(text) } } });
}

/** An answer of `Stat`. */
function entry(size: bigint): Uint8Array {
  const message = { entry: { name: "x", path: "/x", size } };
  return toBinary(StatResponseSchema, create(StatResponseSchema, message));
}

/** Groups within groups, of a field that nobody knows. */
function nested(depth: number): Uint8Array {
  return new Uint8Array(depth).fill((15 << 3) | 3);
}

/** An answer whose end is that of the connection. */
function http(type: string, parts: Answer, ...headers: string[]): Answer {
  return status("200 OK", type, parts, ...headers);
}

function status(line: string, type: string, parts: Answer, ...headers: string[]): Answer {
  const lines = [`HTTP/1.1 ${line}`, `Content-Type: ${type}`, "Connection: close", ALLOW, ...headers];
  return concat([`${lines.join("\r\n")}\r\n\r\n`], parts);
}

function concat(...answers: Answer[]): Answer {
  return {
    *[Symbol.iterator]() {
      for (const answer of answers) yield* answer;
    },
  };
}

/** The same piece again and again: a client that takes it all never comes to an end. */
function endless(piece: string | Uint8Array): Answer {
  return {
    *[Symbol.iterator]() {
      while (true) yield piece;
    },
  };
}

function stream(...parts: (Answer | Uint8Array)[]): Attack {
  const answer = http(
    "application/connect+proto",
    concat(...parts.map((part) => part instanceof Uint8Array ? [part] : part)),
  );
  return { Start: answer, Connect: answer };
}

const ZEROS = new Uint8Array(64 * 1024);
const endFrame = (text: string) => frame(2, new TextEncoder().encode(text));

/** A hundred mebibytes in a hundred kilobytes. */
const BOMB = gzipSync(new Uint8Array(100 * MIB));
const GZIPPED = "Content-Encoding: gzip";

const everything = (answer: Answer): Attack => {
  const calls = ["Start", "Connect", "List", "Stat", "ListDir", "files", "envs", "metrics", "health"];
  return Object.fromEntries(calls.map((call) => [call, answer]));
};

/** Each attack by its name, which is the first part of its URL's path. */
export const ATTACKS: Readonly<Record<string, Attack>> = {
  // Frames
  "frame-of-4-gib": stream(START, HELLO, frame(0, ZEROS, 0xffffffff), endless(ZEROS)),
  "first-frame-of-4-gib": stream(frame(0, ZEROS, 0xffffffff), endless(ZEROS)),
  "end-frame-of-4-gib": stream(START, HELLO, frame(2, ZEROS, 0xffffffff), endless(ZEROS)),
  "compressed-frame": stream(START, frame(1, BOMB), END),
  "unknown-flags": stream(START, frame(0x80, HELLO), END),
  "bomb-of-frames": {
    Start: http("application/connect+proto", [gzipSync(join(START, frame(0, new Uint8Array(0), 1024 * MIB)))], GZIPPED),
  },
  "garbage-message": stream(START, frame(0, new Uint8Array(100).fill(0xff)), END),
  "endless-varint": stream(START, frame(0, new Uint8Array(1000).fill(0x80)), END),
  "field-longer-than-its-message": stream(START, frame(0, Uint8Array.of(0x0a, 0x7f, 0x12)), END),
  "deeply-nested": stream(START, frame(0, nested(20_000)), END),

  // Order
  "output-first": stream(HELLO, START, EXIT, END),
  "end-first": stream(EXIT, END),
  "ping-first": stream(event({ case: "keepalive", value: {} }), START, EXIT, END),
  "two-starts": stream(START, START, EXIT, END),
  "two-processes": stream(START, event({ case: "start", value: { pid: 8 } }), EXIT, END),
  "no-end": stream(START, HELLO, END),
  "nothing": stream(END),

  // End frames
  "end-that-is-no-json": stream(START, endFrame("bye")),
  "end-that-is-a-list": stream(START, endFrame("[1]")),
  "end-that-is-null": stream(START, endFrame("null")),
  "end-that-is-not-utf8": stream(START, frame(2, Uint8Array.of(0x22, 0xff, 0x22))),
  "end-with-an-inherited-code": stream(START, end({ error: { code: "constructor", message: "x" } })),
  "end-with-a-number-for-a-code": stream(START, end({ error: { code: 5, message: { text: "x" } } })),

  // Numbers
  "pid-zero": stream(event({ case: "start", value: { pid: 0 } }), EXIT, END),
  "exit-code-too-large": stream(START, exit(70_000), END),
  "exit-code-negative": stream(START, exit(-7), END),
  "metrics-of-no-time": {
    metrics: http("application/json", ['{"ts":1e300,"cpu_count":1,"cpu_used_pct":0,"mem_total":1,"mem_used":1}']),
  },
  "metrics-that-are-negative": {
    metrics: http("application/json", ['{"ts":1,"cpu_count":-1,"cpu_used_pct":0,"mem_total":1,"mem_used":1}']),
  },
  "size-that-is-negative": { Stat: http("application/proto", [entry(-1n)]) },

  // JSON
  "json-that-is-not-utf8": { envs: http("application/json", ['{"A":"', Uint8Array.of(0xff, 0xfe), '"}']) },
  "json-cut": { envs: http("application/json", ['{"A":"b"'], "Content-Length: 8") },
  "json-of-another-kind": { envs: http("application/json", ["[]"]), metrics: http("application/json", ["{}"]) },
  "json-deeply-nested": { envs: http("application/json", ["[".repeat(1_000_000)]) },

  // Types
  "type-html": everything(http("text/html", ["<html>"])),
  "type-json-for-a-stream": { Start: http("application/connect+json", [frame(0, new TextEncoder().encode("{}"))]) },
  "type-grpc": everything(http("application/grpc-web+proto", [START])),
  "type-nonsense": everything(http(";;;", [START])),

  // Too much
  "endless-answer": everything(http("application/proto", endless(ZEROS))),
  "endless-json": everything(http("application/json", concat(['{"A":"'], endless("A".repeat(64 * 1024))))),
  "endless-error": everything(status("500 Oops", "text/plain", endless(ZEROS))),
  "endless-refusal": everything(
    status("404 Not Found", "application/json", endless('{"code":"not_found"} '.repeat(1000))),
  ),
  "bomb": everything(http("application/proto", [BOMB], GZIPPED)),
  "bomb-of-an-error": everything(status("400 Bad Request", "application/json", [BOMB], GZIPPED)),
  "broken-gzip": everything(http("application/proto", ["not gzip at all"], GZIPPED)),
  "length-of-a-tebibyte": everything(http("application/proto", ["x"], `Content-Length: ${1024 * 1024 * MIB}`)),

  // HTTP
  "endless-headers": everything(concat([`HTTP/1.1 200 OK\r\n${ALLOW}\r\n`], endless(`X-A: ${"a".repeat(8000)}\r\n`))),
  "endless-header": everything(concat([`HTTP/1.1 200 OK\r\n${ALLOW}\r\nX-A: `], endless("a".repeat(64 * 1024)))),
  "not-http": everything(["SSH-2.0-OpenSSH_9.2p1 Debian\r\n"]),
  "nothing-at-all": everything([]),
  "two-lengths": everything([`HTTP/1.1 200 OK\r\n${ALLOW}\r\nContent-Length: 1\r\nContent-Length: 9\r\n\r\nx`]),
  "length-that-is-negative": everything([`HTTP/1.1 200 OK\r\n${ALLOW}\r\nContent-Length: -5\r\n\r\nx`]),
  "chunk-of-no-size": everything([
    `HTTP/1.1 200 OK\r\n${ALLOW}\r\nContent-Type: application/proto\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n`,
  ]),
  "status-of-one-digit": everything([`HTTP/1.1 2 OK\r\n${ALLOW}\r\n\r\n`]),
};
