/** How the gateway passes bytes on, whatever engine it runs on. */

import { GATEWAY_REPLIES, gatewayReply } from "../../../src/testing/mod.ts";
import { check, equal } from "../../conformance/check.ts";
import { ask, type GatewayCase, head, opened, portOf, sandboxCalled } from "./fake_gateway_tools.ts";
import { always, dial, target } from "../faults/fault_proxy_peers.ts";

const ID = { "e2b-sandbox-id": "mine" };
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/** The cases. */
export const RELAY_CASES: readonly GatewayCase[] = [
  {
    name: "headers pass as they are, both ways, but for those of the connection",
    async run() {
      const answer = "HTTP/1.1 207 Odd\r\nX-Two: 1\r\nX-Two: 2\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n" +
        "Content-Encoding: gzip\r\nContent-Length: 3\r\n";
      await using server = await target(always(`${answer}Keep-Alive: timeout=9\r\n\r\nabc`));
      await using own = await opened(server);
      const asked = "Host: x.test:1\r\ne2b-sandbox-id: mine\r\nX-Access-Token: t\r\nX-One: 1\r\nX-One: 2\r\n" +
        "Accept-Encoding: identity\r\n";
      own.wire.write(`GET /a%20b/?x=%2F&y HTTP/1.1\r\n${asked}TE: trailers\r\nKeep-Alive: 3\r\n\r\n`);
      const got = await own.wire.until(({ text }) => text.endsWith("\r\n\r\nabc"));
      equal(got, `${answer}connection: keep-alive\r\n\r\nabc`);
      equal(server.wires[0]!.text, `GET /a%20b/?x=%2F&y HTTP/1.1\r\n${asked}Connection: close\r\n\r\n`);
    },
  },
  {
    name: "a request without a length has none behind it, either",
    async run() {
      await using server = await sandboxCalled("mine");
      await using own = await opened(server);
      for (const method of ["GET", "POST", "DELETE", "PURGE"]) {
        equal(await ask(own.gateway, "/x", ID, method), `200 mine ${method} /x`);
      }
      equal((await ask(own.gateway, "/x", ID, "HEAD")).slice(0, 4), "200 ");
      equal(server.wires.map(({ text }) => /content-length: 0|transfer-encoding/i.exec(text)?.[0].toLowerCase()), [
        undefined,
        ...Array(3).fill("content-length: 0"),
        undefined,
      ]);
    },
  },
  {
    name: "both directions at once: what one side says arrives before the other goes on",
    async run() {
      await using server = await target((text, wire) =>
        text.includes("two\r\n")
          ? "0\r\n\r\n"
          : text.includes("one\r\n") && wire.pieces.length > 0
          ? `${CHUNKED}3\r\nuno\r\n`
          : undefined
      );
      await using own = await opened(server);
      own.wire.write(head("/x", { ...ID, "Transfer-Encoding": "chunked" }, "POST"));
      await server.connected(1);
      await server.wires[0]!.until(({ text }) => text.endsWith("\r\n\r\n"));
      own.wire.write("3\r\none\r\n");
      await own.wire.until(({ text }) => text.endsWith("3\r\nuno\r\n"));
      own.wire.write("3\r\ntwo\r\n");
      await own.wire.until(({ text }) => text.endsWith("0\r\n\r\n"));
      own.wire.write("0\r\n\r\n");
    },
  },
  {
    name: "the head of an answer does not wait for its body",
    async run() {
      await using server = await target(always(CHUNKED));
      await using own = await opened(server);
      own.wire.write(head("/x", ID));
      await own.wire.until(({ text }) => text.startsWith("HTTP/1.1 200 OK\r\n") && text.endsWith("\r\n\r\n"));
    },
  },
  ...[`${CHUNKED}3\r\nabc\r\n`, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"].map((part): GatewayCase => ({
    name: `a runtime's cut reaches the client, ${part.startsWith(CHUNKED) ? "in chunks" : "with a length"}`,
    async run() {
      await using server = await target(always(part));
      await using own = await opened(server);
      own.wire.write(head("/x", ID));
      await own.wire.until(({ text }) => text.includes("abc"));
      server.wires[0]!.socket.destroy();
      const [text] = await own.wire.end();
      check(!text.endsWith("0\r\n\r\n"), `the cut looks like an end: ${JSON.stringify(text)}`);
    },
  })),
  {
    name: "a runtime that hangs up before it answers",
    async run() {
      const { body } = gatewayReply("upstreamClosed");
      await using server = await target((_, { socket }) => void socket.destroy());
      await using own = await opened(server);
      equal(await ask(own.gateway, "/x", ID), `503 ${body}`);
      own.wire.write(head("/x", { ...ID, "Content-Length": "1000000" }, "POST") + "x");
      await own.wire.until(({ text }) => text.startsWith("HTTP/1.1 503 ") && text.endsWith(body));
    },
  },
  ...["before the answer", "within the answer", "within an upload"].map((when): GatewayCase => ({
    name: `a client that goes away ${when} is gone for the runtime`,
    async run() {
      await using server = await target(
        when === "within the answer" ? always(`${CHUNKED}1\r\nx\r\n`) : () => undefined,
      );
      await using own = await opened(server);
      own.wire.write(
        when === "within an upload" ? head("/x", { ...ID, "Content-Length": "9" }, "POST") + "half" : head("/x", ID),
      );
      await server.connected(1);
      const [arrived] = server.wires;
      await arrived!.until(({ text }) => text.endsWith(when === "within an upload" ? "half" : "\r\n\r\n"));
      if (when === "within the answer") await own.wire.until(({ text }) => text.endsWith("x\r\n"));
      own.wire.socket.destroy();
      await arrived!.end();
    },
  })),
  {
    name: "a refusal that comes before the upload is through arrives, and the connection goes on",
    async run() {
      const refusal = "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno";
      await using server = await target((text) => text.includes(refusal) ? undefined : refusal);
      await using own = await opened(server);
      own.wire.write(head("/x", { ...ID, "Content-Length": "2000000" }, "POST") + "x");
      await own.wire.until(({ text }) => text.endsWith("\r\n\r\nno"));
      own.wire.write("x".repeat(1_999_999) + head("/x", { "e2b-sandbox-id": "other" }));
      await own.wire.until(({ text }) => text.endsWith("sandbox not found: other"));
    },
  },
  {
    name: "requests of one connection go where each says, over connections of their own",
    async run() {
      await using one = await sandboxCalled("one");
      await using two = await sandboxCalled("two");
      await using own = await opened(one);
      own.gateway.route("other", two);
      for (const [id, expected] of [["mine", "one"], ["other", "two"], ["none", "found: none"], ["mine", "one"]]) {
        const before = own.wire.text.length;
        own.wire.write(head("/x", { "e2b-sandbox-id": id! }));
        await own.wire.until(({ text }) => text.slice(before).includes(expected!));
      }
      equal([one.wires.length, two.wires.length], [2, 1]);
    },
  },
  {
    name: "a WebSocket passes, on any port, with what is said in its first moment",
    async run() {
      const shake = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-Own: 1\r\n\r\n";
      await using server = await target((text) =>
        text.endsWith("\r\n\r\n") ? `${shake}hello ` : text.endsWith("well") ? "bye" : undefined
      );
      await using own = await opened({ url: "http://127.0.0.1:1" });
      const headers = { ...ID, Connection: "keep-alive, Upgrade", Upgrade: "WebSocket", "Sec-WebSocket-Key": "k" };
      own.wire.write(head(`/kruise/mine/${portOf(server)}/ws?x`, headers));
      await own.wire.until(({ text }) => text === `${shake}hello `);
      own.wire.write("well");
      await own.wire.until(({ text }) => text.endsWith("hello bye"));
      check(server.wires[0]!.text.startsWith("GET /ws?x HTTP/1.1\r\n"), server.wires[0]!.text);
      own.wire.socket.destroy();
      await server.wires[0]!.end();
    },
  },
  {
    name: "a WebSocket that the runtime ends or refuses, and one that reaches nobody",
    async run() {
      const shake = { ...ID, Connection: "Upgrade", Upgrade: "websocket" };
      await using ends = await target((_, { socket }) => {
        socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi");
        return undefined;
      });
      await using own = await opened(ends);
      own.wire.write(head("/", shake));
      check((await own.wire.end())[0].endsWith("\r\n\r\nhi"), own.wire.text);
      await using refuses = await target(always("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"));
      own.gateway.route("mine", refuses);
      equal(await ask(own.gateway, "/", shake), "404 gone");
      own.gateway.route("mine", ends, { state: "paused" });
      equal(await ask(own.gateway, "/", shake), "502 healthy sandbox not found: mine");
      equal(await ask(own.gateway, "/kruise/mine/1/", shake), "502 healthy sandbox not found: mine");
      own.gateway.route("mine", ends);
      equal(await ask(own.gateway, "/kruise/mine/1/", shake), `503 ${GATEWAY_REPLIES.upstreamRefused.body}`);
      equal(await ask(own.gateway, "/", { ...ID, Connection: "Upgrade", Upgrade: "h2c" }), "403 ");
    },
  },
  {
    name: "what goes away takes its streams and WebSockets along",
    async run() {
      const shake = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
      await using server = await target((text) => text.includes("Upgrade:") ? shake : `${CHUNKED}1\r\nx\r\n`);
      await using own = await opened(server);
      for (const change of ["pause", "move", "delete"]) {
        own.gateway.route("mine", server);
        const [stream, socket] = [await dial(own.gateway.url), await dial(own.gateway.url)];
        stream.write(head("/x", ID));
        socket.write(head("/x", { ...ID, Connection: "Upgrade", Upgrade: "websocket" }));
        await stream.until(({ text }) => text.endsWith("x\r\n"));
        await socket.until(({ text }) => text === shake);
        own.gateway.route("mine", server, { token: "other" });
        own.gateway.route("other", server, { state: "paused" });
        equal([stream.ended, socket.ended], [undefined, undefined], "what stays, stays");
        if (change === "pause") own.gateway.route("mine", server, { state: "paused" });
        if (change === "move") own.gateway.route("mine", { url: "http://127.0.0.1:1" });
        if (change === "delete") own.gateway.unroute("mine");
        await stream.end();
        await socket.end();
        check(!stream.text.endsWith("0\r\n\r\n"), "the cut looks like an end");
      }
      for (const wire of server.wires) await wire.end();
    },
  },
  {
    name: "it closes with what is under way",
    async run() {
      await using server = await target(always(CHUNKED));
      await using own = await opened(server);
      own.wire.write(head("/x", ID));
      await own.wire.until(({ text }) => text.endsWith("\r\n\r\n"));
      await own.gateway.close();
      await own.wire.end();
      await server.wires[0]!.end();
      await own.gateway.close();
      equal(await dial(own.gateway.url).then(() => "open", () => "closed"), "closed");
    },
  },
];
