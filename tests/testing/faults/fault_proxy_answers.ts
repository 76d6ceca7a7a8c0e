/** What the fault proxy promises about answers, to the byte. */

import { startFaultProxy } from "../../../src/testing/mod.ts";
import { check, equal } from "../../conformance/check.ts";
import type { ProxyCase } from "./fault_proxy_cases.ts";
import { always, dial, GET, HEAD, target, WHOLE } from "./fault_proxy_peers.ts";

const CHUNKED_HEAD = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
const CHUNKED = `${CHUNKED_HEAD}4\r\nabcd\r\n4\r\nefgh\r\n0\r\n\r\n`;
const STREAM_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/connect+proto\r\ntransfer-encoding: chunked\r\n\r\n";
/** Two messages, "abc" and "", the second of which begins in the first chunk. */
const FRAMES = ["\0\0\0\0\x03ab", "c\0\0", "\0\0\0"];
const STREAM = STREAM_HEAD + FRAMES.map((bytes) => `${bytes.length}\r\n${bytes}\r\n`).join("") + "0\r\n\r\n";

/** Asks once through a proxy with a plan, and gives what came and how it ended. */
async function asked(answer: string, plan: Parameters<Awaited<ReturnType<typeof startFaultProxy>>["next"]>[0]) {
  await using server = await target(always(answer));
  await using proxy = await startFaultProxy(server.url);
  proxy.next(plan);
  const wire = await dial(proxy.url);
  const started = performance.now();
  wire.write(GET);
  const [text, ended] = await wire.end();
  return { text, ended, ms: performance.now() - started, pieces: wire.pieces.length, struck: proxy.struck };
}

/** Asks once, for an answer that leaves the connection open. */
async function askedFor(answer: string, plan: Parameters<typeof asked>[1]) {
  await using server = await target(always(answer));
  await using proxy = await startFaultProxy(server.url);
  proxy.next(plan);
  const wire = await dial(proxy.url);
  const started = performance.now();
  wire.write(GET);
  const text = await wire.until(({ text }) => text.length >= answer.length);
  return { text, ms: performance.now() - started, pieces: wire.pieces.length, struck: proxy.struck };
}

/** In the order in which a reader would look at them. */
export const ANSWER_CASES: readonly ProxyCase[] = [
  {
    name: "without a plan, bytes pass as they are, one request after the other on one connection",
    async run() {
      const answers = [WHOLE, CHUNKED, STREAM, "HTTP/1.1 204 No Content\r\n\r\n", `${HEAD}9876543210`];
      await using server = await target((text) => answers[text.split("\r\n\r\n").length - 2]);
      await using proxy = await startFaultProxy(server.url);
      const wire = await dial(proxy.url);
      for (let i = 0; i < answers.length; i++) {
        const expected = answers.slice(0, i + 1).join("");
        wire.write(GET);
        equal(await wire.until(({ text }) => text.length >= expected.length), expected);
      }
      equal(server.wires.map(({ text }) => text), [GET.repeat(answers.length)]);
      equal(proxy.struck, []);
    },
  },
  {
    name: "a request's content passes as it is: counted, chunked, with trailers, after 100 Continue",
    async run() {
      const head = "POST /file HTTP/1.1\r\nexpect: 100-continue\r\ntransfer-encoding: Chunked\r\n\r\n";
      const content = "5;x=y\r\nhello\r\n0\r\ntrailer: z\r\n\r\n";
      const counted = "POST /file HTTP/1.1\r\nContent-Length: 4\r\n\r\n\r\n\r\n";
      await using server = await target((text) =>
        text === head
          ? "HTTP/1.1 100 Continue\r\n\r\n"
          : text.endsWith(content) || text.endsWith(counted)
          ? WHOLE
          : undefined
      );
      await using proxy = await startFaultProxy(server.url);
      const wire = await dial(proxy.url);
      wire.write(head);
      await wire.until(({ text }) => text.endsWith("Continue\r\n\r\n"));
      for (const byte of content) wire.write(byte);
      await wire.until(({ text }) => text.endsWith(WHOLE));
      wire.write(counted);
      await wire.until(({ text }) => text.endsWith(WHOLE + WHOLE));
      equal(server.wires.map(({ text }) => text), [head + content + counted]);
    },
  },
  {
    name: "an answer that its connection ends, and one to HEAD",
    async run() {
      const answer = "HTTP/1.1 200 OK\r\n\r\nuntil the end";
      await using server = await target((text, wire) => {
        if (text.startsWith("HEAD ") && !text.includes("GET ")) return HEAD;
        wire.socket.end(answer);
        return undefined;
      });
      await using proxy = await startFaultProxy(server.url);
      const wire = await dial(proxy.url);
      wire.write(GET.replace("GET", "HEAD"));
      await wire.until(({ text }) => text === HEAD);
      wire.write(GET);
      equal(await wire.end(), [HEAD + answer, "in order"]);
    },
  },
  {
    name: "an upgrade makes a tunnel",
    async run() {
      const upgraded = "HTTP/1.1 101 Switching Protocols\r\nupgrade: echo\r\n\r\n";
      await using server = await target((text) => text === GET ? upgraded : text.endsWith("ping") ? "pong" : undefined);
      await using proxy = await startFaultProxy(server.url);
      const wire = await dial(proxy.url);
      wire.write(GET);
      await wire.until(({ text }) => text === upgraded);
      wire.write("ping");
      equal(await wire.until(({ text }) => text.endsWith("pong")), `${upgraded}pong`);
      wire.socket.end();
      await server.wires[0]!.end();
    },
  },
  ...[0, 1, 9, 10].map((bytes): ProxyCase => ({
    name: `cutAfterBytes ${bytes}: an orderly end behind so much content`,
    async run() {
      const { text, ended, struck } = await asked(WHOLE, { cutAfterBytes: bytes });
      equal([text, ended], [WHOLE.slice(0, HEAD.length + bytes), "in order"]);
      equal(struck, [{ request: "GET /file", plan: { cutAfterBytes: bytes } }]);
    },
  })),
  {
    name: "cutAfterBytes counts the content of chunks",
    async run() {
      equal((await asked(CHUNKED, { cutAfterBytes: 4 })).text, `${CHUNKED_HEAD}4\r\nabcd`);
      equal((await asked(CHUNKED, { cutAfterBytes: 5 })).text, `${CHUNKED_HEAD}4\r\nabcd\r\n4\r\ne`);
      equal((await asked(CHUNKED, { cutAfterBytes: 8 })).text, `${CHUNKED_HEAD}4\r\nabcd\r\n4\r\nefgh`);
    },
  },
  {
    name: "count wire: every byte counts",
    async run() {
      for (const bytes of [0, 1, CHUNKED_HEAD.length, CHUNKED_HEAD.length + 1, CHUNKED.length - 1, CHUNKED.length]) {
        const { text, ended } = await asked(CHUNKED, { cutAfterBytes: bytes, count: "wire" });
        equal([text, ended], [CHUNKED.slice(0, bytes), "in order"]);
      }
    },
  },
  {
    name: "an answer that ends before the place passes unharmed",
    async run() {
      for (const plan of [{ cutAfterBytes: 11 }, { resetAfterBytes: 11 }, { cutAtFrame: 0 }, { cutAtFrame: 1 }]) {
        const { text, struck } = await askedFor(WHOLE, plan);
        equal([text, struck], [WHOLE, []]);
      }
      equal((await askedFor(STREAM, { cutAtFrame: 3 })).text, STREAM);
    },
  },
  {
    name: "cutAtFrame: an orderly end behind so many messages",
    async run() {
      const behind = [STREAM_HEAD, `${STREAM_HEAD}7\r\n${FRAMES[0]}\r\n3\r\nc`, STREAM.slice(0, -7)];
      for (const [frames, text] of behind.entries()) {
        const result = await asked(STREAM, { cutAtFrame: frames });
        equal([result.text, result.ended], [text, "in order"]);
      }
    },
  },
  {
    name: "resetAfterBytes: a reset behind so much content",
    async run() {
      for (const bytes of [0, 3, 10]) {
        const { text, ended } = await asked(WHOLE, { resetAfterBytes: bytes });
        equal([text, ended], [WHOLE.slice(0, HEAD.length + bytes), "ECONNRESET"]);
      }
    },
  },
  {
    name: "stallMs: a pause before the answer",
    async run() {
      const { text, ms, struck } = await askedFor(WHOLE, { stallMs: 200 });
      equal([text, struck.length], [WHOLE, 1]);
      check(ms >= 199, `${ms} ms`);
    },
  },
  {
    name: "stallAfterBytes: a pause in the answer, up to which all goes over",
    async run() {
      await using server = await target(always(WHOLE));
      await using proxy = await startFaultProxy(server.url);
      proxy.next({ stallMs: 3_600_000, stallAfterBytes: 4 });
      const wire = await dial(proxy.url);
      wire.write(GET);
      equal(await wire.until(({ text }) => text.length >= HEAD.length + 4), `${HEAD}0123`);
      const other = await dial(proxy.url);
      other.write(GET);
      await other.until(({ text }) => text === WHOLE);
      equal([wire.text, wire.ended], [`${HEAD}0123`, undefined]);
    },
  },
  {
    name: "stallAfterBytes: the rest comes later",
    async run() {
      const { text, ms, struck } = await askedFor(WHOLE, { stallMs: 200, stallAfterBytes: 4 });
      equal([text, struck.length], [WHOLE, 1]);
      check(ms >= 199, `${ms} ms`);
    },
  },
  {
    name: "a pause, and then the end at the same place",
    async run() {
      const { text, ms } = await asked(WHOLE, { stallMs: 200, stallAfterBytes: 4, cutAfterBytes: 4 });
      equal(text, `${HEAD}0123`);
      check(ms >= 199, `${ms} ms`);
    },
  },
  {
    name: "bytesPerSecond: no faster",
    async run() {
      const { text, ms } = await askedFor(WHOLE, { bytesPerSecond: 200 });
      equal(text, WHOLE);
      check(ms >= (WHOLE.length - 10) / 200 * 1000, `${ms} ms`);
    },
  },
  {
    name: "bytesPerSecond: however slow",
    async run() {
      await using server = await target(always(WHOLE));
      await using proxy = await startFaultProxy(server.url);
      proxy.next({ bytesPerSecond: 1e-7 });
      const wire = await dial(proxy.url);
      wire.write(GET);
      await wire.until(({ text }) => text !== "");
      // Nothing more goes over in the time that others take for a whole answer, byte by byte.
      proxy.next({ splitWrites: true });
      const other = await dial(proxy.url);
      other.write(GET);
      await other.until(({ text }) => text === WHOLE);
      equal(wire.text, WHOLE[0]);
    },
  },
  {
    name: "splitWrites: the same bytes, in many pieces",
    async run() {
      const { text, pieces } = await askedFor(CHUNKED, { splitWrites: true });
      equal(text, CHUNKED);
      check(pieces > CHUNKED.length / 4, `${pieces} pieces of ${CHUNKED.length} bytes`);
    },
  },
  {
    name: "closeAfter: the answer is whole, and its connection closed behind it",
    async run() {
      for (const answer of [WHOLE, CHUNKED, "HTTP/1.1 204 No Content\r\n\r\n"]) {
        const { text, ended } = await asked(answer, { closeAfter: true });
        equal([text, ended], [answer, "in order"]);
      }
    },
  },
];
