/** Heads that few would send, on their way through the gateway. */

import { gatewayReply } from "../../../src/testing/mod.ts";
import { check, equal } from "../../conformance/check.ts";
import { ask, type GatewayCase, head, opened } from "./fake_gateway_tools.ts";
import { always, target } from "../faults/fault_proxy_peers.ts";

const ID = { "e2b-sandbox-id": "mine" };
const SHAKE = { ...ID, Connection: "Upgrade", Upgrade: "websocket" };
const BODY = "Content-Length: 2\r\n\r\nok";

/** The cases. */
export const ODD_CASES: readonly GatewayCase[] = [
  ...["HTTP/1.1 099 Odd", "HTTP/1.1 000 ", "HTTP/1.1 200 a\x01b"].map((start): GatewayCase => ({
    name: `an answer that cannot be passed on is as good as none: ${JSON.stringify(start)}`,
    async run() {
      await using server = await target(always(`${start}\r\n${BODY}`));
      await using own = await opened(server);
      const { status, body } = gatewayReply("upstreamClosed");
      equal(await ask(own.gateway, "/x", ID), `${status} ${body}`);
      if (!start.includes("200")) equal(await ask(own.gateway, "/x", SHAKE), `${status} ${body}`);
    },
  })),
  {
    name: "a switch of protocols that nobody asked for is no answer",
    async run() {
      await using server = await target(always("HTTP/1.1 101 Sw\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello"));
      await using own = await opened(server);
      const { status, body } = gatewayReply("upstreamClosed");
      equal(await ask(own.gateway, "/x", ID), `${status} ${body}`);
    },
  },
  {
    name: "the bytes of a head beyond ASCII pass as they are",
    async run() {
      const odd = "X-Odd: caf\xe9 \xc3\xa9\r\n";
      const switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
      await using server = await target((text) =>
        text.endsWith("\r\n\r\n")
          ? text.includes("Upgrade:") ? `${switched}${odd}\r\n` : `HTTP/1.1 200 OK\r\n${odd}${BODY}`
          : undefined
      );
      for (const headers of [ID, SHAKE]) {
        await using own = await opened(server);
        own.wire.write(head("/x", { ...headers, "X-Odd": "caf\xe9 \xc3\xa9" }));
        check((await own.wire.until(({ text }) => /\r\n\r\n(ok)?$/.test(text))).includes(`\r\n${odd}`), own.wire.text);
        check(server.wires.at(-1)!.text.includes(`\r\n${odd}`), server.wires.at(-1)!.text);
      }
      await using own = await opened(server);
      for (const headers of [{}, SHAKE]) {
        equal(
          await ask(own.gateway, "/x", { ...headers, "e2b-sandbox-id": "caf\xe9" }),
          "502 sandbox not found: caf\xe9",
        );
      }
    },
  },
  {
    name: "a head of 40 KiB passes, both ways",
    async run() {
      const big = `X-Big: ${"x".repeat(40 * 1024)}\r\n`;
      const switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
      await using server = await target((text) =>
        text.endsWith("\r\n\r\n")
          ? text.includes("Upgrade:") ? `${switched}${big}\r\n` : `HTTP/1.1 200 OK\r\n${big}${BODY}`
          : undefined
      );
      for (const headers of [ID, SHAKE]) {
        await using own = await opened(server);
        own.wire.write(head("/x", { ...headers, "X-Big": "x".repeat(40 * 1024) }));
        const text = await own.wire.until(({ text }) => /\r\n\r\n.*$/.test(text.slice(-200)));
        check(text.includes(`\r\n${big}`), text.slice(0, 200));
        check(server.wires.at(-1)!.text.includes(`\r\n${big}`), "the request's is not whole");
      }
    },
  },
];
