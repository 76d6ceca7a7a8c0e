/** What the fault proxy promises, to the byte. These cases run on Deno, Bun and Node. */

import { GATEWAY_REPLIES, gatewayReply, type GatewayReplyName, startFaultProxy } from "../../../src/testing/mod.ts";
import { check, equal } from "../../conformance/check.ts";
import { ANSWER_CASES } from "./fault_proxy_answers.ts";
import { always, dial, GET, HEAD, target, WHOLE } from "./fault_proxy_peers.ts";

/** A case that needs nothing but loopback. */
export interface ProxyCase {
  readonly name: string;
  run(): Promise<void>;
}

/** What happens to requests and connections. */
const CONNECTION_CASES: readonly ProxyCase[] = [
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
    name: "loseResponse: the content that 100 Continue asks for arrives, too",
    async run() {
      const head = "POST /file HTTP/1.1\r\nexpect: 100-continue\r\ncontent-length: 5\r\n\r\n";
      const interim = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
      await using server = await target((text) => text === head ? interim : text.endsWith("hello") ? WHOLE : undefined);
      await using proxy = await startFaultProxy(server.url);
      proxy.next({ loseResponse: true });
      const wire = await dial(proxy.url);
      wire.write(head);
      await wire.until(({ text }) => text === interim);
      equal(proxy.struck, []);
      wire.write("hello");
      equal(await wire.end(), [interim, "in order"]);
      equal(server.wires.map(({ text }) => text), [`${head}hello`]);
      equal(proxy.struck.length, 1);
    },
  },
  {
    name: "loseResponse: what is answered early arrives whole all the same",
    async run() {
      const head = "POST /file HTTP/1.1\r\ncontent-length: 9\r\n\r\n";
      await using server = await target((text) => text === `${head}half ` ? WHOLE : undefined);
      await using proxy = await startFaultProxy(server.url);
      proxy.next({ loseResponse: true });
      const wire = await dial(proxy.url);
      wire.write(`${head}half `);
      await server.connected(1);
      await server.wires[0]!.until(({ text }) => text.endsWith("half "));
      // Long enough for the answer to have come: another one has.
      const other = await dial(proxy.url);
      other.write(`${head}half `);
      await other.until(({ text }) => text === WHOLE);
      equal([wire.ended, proxy.struck], [undefined, []]);
      wire.write("more");
      equal(await wire.end(), ["", "in order"]);
      equal(server.wires[0]!.text, `${head}half more`);
      equal(proxy.struck.length, 1);
    },
  },
  {
    name: "loseResponse: a target that wants no content gets none",
    async run() {
      const head = "POST /file HTTP/1.1\r\ncontent-length: 9\r\n";
      for (const [said, closes] of [[`${head}expect: 100-continue\r\n\r\n`, false], [`${head}\r\nx`, true]] as const) {
        await using server = await target((_, { socket }) => {
          if (closes) socket.end(WHOLE);
          return closes ? undefined : WHOLE;
        });
        await using proxy = await startFaultProxy(server.url);
        proxy.next({ loseResponse: true });
        const wire = await dial(proxy.url);
        wire.write(said);
        equal(await wire.end(), ["", "in order"]);
        equal(server.wires[0]!.text, said);
        equal(proxy.struck.length, 1);
      }
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

/** The cases. */
export const PROXY_CASES: readonly ProxyCase[] = [...ANSWER_CASES, ...CONNECTION_CASES];
