/** What the fault proxy promises, to the byte. These cases run on Deno, Bun and Node. */

import { GATEWAY_REPLIES, gatewayReply, type GatewayReplyName, startFaultProxy } from "../../src/testing/mod.ts";
import { check, equal } from "../conformance/check.ts";
import { always, dial, target } from "./fault_proxy_peers.ts";

/** A case that needs nothing but loopback. */
export interface ProxyCase {
  readonly name: string;
  run(): Promise<void>;
}

const GET = "GET /file HTTP/1.1\r\nhost: x\r\n\r\n";
const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";
const WHOLE = `${HEAD}0123456789`;
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

/** The cases. */
export const PROXY_CASES: readonly ProxyCase[] = [
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
      proxy.next({ stallMs: 300, stallAfterBytes: 4 });
      const wire = await dial(proxy.url);
      wire.write(GET);
      const started = performance.now();
      equal(await wire.until(({ text }) => text.length >= HEAD.length + 4), `${HEAD}0123`);
      check(performance.now() - started < 290, "the beginning comes at once");
      equal(await wire.until(({ text }) => text.length >= WHOLE.length), WHOLE);
      check(performance.now() - started >= 299, "the rest comes later");
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
    name: "splitWrites: the same bytes, in many pieces",
    async run() {
      const { text, pieces } = await askedFor(CHUNKED, { splitWrites: true });
      equal(text, CHUNKED);
      check(pieces > CHUNKED.length / 4, `${pieces} pieces of ${CHUNKED.length} bytes`);
    },
  },
  {
    name: "loseResponse: the request arrives whole, the answer does not",
    async run() {
      const request = "POST /file HTTP/1.1\r\ncontent-length: 5\r\n\r\nhello";
      await using server = await target((text) => text === request ? WHOLE : undefined);
      await using proxy = await startFaultProxy(server.url);
      proxy.next({ loseResponse: true });
      const wire = await dial(proxy.url);
      wire.write(request);
      equal(await wire.end(), ["", "in order"]);
      equal(server.wires.map(({ text }) => text), [request]);
    },
  },
  {
    name: "loseRequest: nothing arrives",
    async run() {
      await using server = await target(always(WHOLE));
      await using proxy = await startFaultProxy(server.url);
      const wire = await dial(proxy.url);
      wire.write(GET);
      await wire.until(({ text }) => text === WHOLE);
      proxy.next({ loseRequest: true });
      wire.write(GET.replace("file", "lost"));
      equal(await wire.end(), [WHOLE, "in order"]);
      equal(server.wires.map(({ text }) => text), [GET]);
    },
  },
  {
    name: "cutRequestAfterBytes: the target gets so much, and the end",
    async run() {
      const head = "POST /file HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n";
      for (const [bytes, arrives] of [[0, head], [3, `${head}2\r\nab\r\n2\r\nc`]] as const) {
        await using server = await target(() => undefined);
        await using proxy = await startFaultProxy(server.url);
        proxy.next({ cutRequestAfterBytes: bytes });
        const wire = await dial(proxy.url);
        wire.write(`${head}2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n`);
        equal(await wire.end(), ["", "in order"]);
        equal((await server.wires[0]!.end())[0], arrives);
      }
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
  {
    name: "closeIdle: connections between two requests, and no others",
    async run() {
      await using server = await target((text) => text.includes("/silent") ? undefined : WHOLE);
      await using proxy = await startFaultProxy(server.url);
      const [idle, busy, late] = [await dial(proxy.url), await dial(proxy.url), await dial(proxy.url)];
      idle.write(GET);
      await idle.until(({ text }) => text === WHOLE);
      busy.write(GET.replace("file", "silent"));
      late.write(GET.slice(0, 10));
      await server.connected(2);
      // What it has read of the third is seen once a fourth was served.
      const fourth = await dial(proxy.url);
      fourth.write(GET);
      await fourth.until(({ text }) => text === WHOLE);
      equal(proxy.closeIdle(), 2);
      equal([(await idle.end())[1], (await fourth.end())[1]], ["in order", "in order"]);
      late.write(GET.slice(10));
      await late.until(({ text }) => text === WHOLE);
      equal(busy.ended, undefined);
    },
  },
  {
    name: "reply: word for word, without the target, and the connection stays",
    async run() {
      await using server = await target(always(WHOLE));
      await using proxy = await startFaultProxy(server.url);
      const wire = await dial(proxy.url);
      for (const name of Object.keys(GATEWAY_REPLIES) as GatewayReplyName[]) {
        const reply = gatewayReply(name, { sandboxId: "a--b", port: 70_000 });
        proxy.next({ reply });
        const before = wire.text.length;
        // Its content comes later, and goes nowhere.
        wire.write("POST /file HTTP/1.1\r\ncontent-length: 5\r\n\r\n");
        const text = await wire.until(({ text }) => text.slice(before).endsWith(`\r\n\r\n${reply.body}`));
        check(text.slice(before).startsWith(`HTTP/1.1 ${reply.status} \r\n`), text);
        check(text.includes("content-type: text/plain\r\n"), text);
        check(!text.includes("<"), text);
        wire.write("hello");
      }
      equal(server.wires.length, 0);
      proxy.next({ reply: { status: 502, body: "<html>", contentType: "text/html" }, cutAfterBytes: 3 });
      wire.write(GET);
      const [text] = await wire.end();
      check(/content-type: text\/html\r\ncontent-length: 6\r\n\r\n<ht$/.test(text), text);
    },
  },
  {
    name: "plans queue up, each for the first request that fits",
    async run() {
      await using server = await target(always(WHOLE));
      await using proxy = await startFaultProxy(server.url);
      proxy.next({ match: "POST /b", reply: { status: 501, body: "1" } });
      proxy.next({});
      proxy.next({ reply: { status: 502, body: "2" } });
      proxy.next({ match: "/b", reply: { status: 503, body: "3" } });
      equal(proxy.pending, 4);
      const wire = await dial(proxy.url);
      const statuses: string[] = [];
      for (const path of ["GET /a", "GET /b", "POST /b", "GET /a?/b", "GET /c"]) {
        const before = wire.text.length;
        wire.write(`${path} HTTP/1.1\r\n\r\n`);
        const text = await wire.until(({ text }) => text.length > before + 30 && /[^\n]$/.test(text));
        statuses.push(text.slice(before + 9, before + 12));
      }
      equal(statuses, ["200", "502", "501", "503", "200"]);
      equal(proxy.struck.map(({ request }) => request), ["GET /b", "POST /b", "GET /a?/b"]);
      equal(proxy.pending, 0);
    },
  },
  {
    name: "when the client goes, the target is told; when the target breaks off, the client is",
    async run() {
      await using server = await target((text) => text.includes("/slow") ? HEAD : undefined);
      await using proxy = await startFaultProxy(server.url);
      const going = await dial(proxy.url);
      going.write(GET.replace("file", "slow"));
      await going.until(({ text }) => text === HEAD);
      going.socket.destroy();
      await server.wires[0]!.end();
      const left = await dial(proxy.url);
      left.write(GET.replace("file", "slow"));
      await left.until(({ text }) => text === HEAD);
      server.wires[1]!.socket.resetAndDestroy();
      equal((await left.end())[1], "ECONNRESET");
    },
  },
  {
    name: "a target that is not there, or speaks no HTTP: the connection ends",
    async run() {
      const server = await target(always("SSH-2.0-x\r\n\r\n"));
      await using proxy = await startFaultProxy(server.url);
      const first = await dial(proxy.url);
      first.write(GET);
      equal((await first.end())[0], "");
      await server[Symbol.asyncDispose]();
      const second = await dial(proxy.url);
      second.write(GET);
      equal((await second.end())[0], "");
    },
  },
  {
    name: "close: at once, whatever pauses or waits",
    async run() {
      await using server = await target(always(WHOLE));
      const proxy = await startFaultProxy(server.url);
      proxy.next({ match: "/0", stallMs: 3_600_000 });
      proxy.next({ match: "/1", bytesPerSecond: 0.1 });
      proxy.next({ match: "/2", loseRequest: true, stallMs: 3_600_000 });
      const wires = await Promise.all([0, 1, 2, 3].map(() => dial(proxy.url)));
      for (const [i, wire] of wires.entries()) wire.write(GET.replace("file", String(i)));
      await wires[3]!.until(({ text }) => text === WHOLE);
      await wires[1]!.until(({ text }) => text !== "");
      await proxy.close();
      for (const wire of wires) await wire.end();
      for (const wire of server.wires) await wire.end();
      await proxy.close();
    },
  },
  {
    name: "the target's path stands in the proxy's URL",
    async run() {
      for (const path of ["", "/", "/a/b", "/a/b/"]) {
        await using proxy = await startFaultProxy(`http://127.0.0.1:1${path}`);
        equal(new URL(proxy.url).pathname, path.replace(/\/$/, "") || "/");
      }
    },
  },
];
