/** How the gateway holds back what nobody reads, and ends what stands still. */

import type { Socket } from "node:net";
import { GATEWAY_REPLIES } from "../../../src/testing/mod.ts";
import { check, equal } from "../../conformance/check.ts";
import { type GatewayCase, head, opened } from "./fake_gateway_tools.ts";
import { always, dial, target, type Wire } from "../faults/fault_proxy_peers.ts";

const ID = { "e2b-sandbox-id": "mine" };
const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
/** More than the buffers of the system hold on both legs. */
const MUCH = 64 * 1024 * 1024;

/** Writes much, as fast as it is taken. Gives how much was. */
function pour(socket: Socket): () => number {
  const block = new Uint8Array(64 * 1024);
  let taken = 0;
  const next = () => {
    socket.write(block, (error) => {
      if (!error && (taken += block.length) < MUCH) next();
    });
  };
  next();
  return () => taken;
}

/** Counts what comes, without keeping it; the wire is woken by each piece. */
function counted(wire: Wire): () => number {
  let count = 0;
  wire.socket.removeAllListeners("data");
  wire.socket.on("data", (piece: Uint8Array) => count += piece.length);
  return () => count;
}

/** Resolves when so much has come. */
async function come(socket: Socket, count: () => number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.on("data", () => count() >= MUCH && resolve());
    socket.on("close", () => reject(new Error(`closed after ${count()} bytes`)));
  });
}

/** Timers of one length that go off when they are told to; all others are left alone. */
function held(milliseconds: number) {
  const { setTimeout: start, clearTimeout: stop } = globalThis;
  const live = new Map<unknown, () => void>();
  let started = 0;
  globalThis.setTimeout = ((callback: () => void, ms?: number, ...args: unknown[]) => {
    if (ms !== milliseconds) return start(callback as never, ms, ...args as []);
    const timer = { number: ++started };
    live.set(timer, callback);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: unknown) => {
    if (!live.delete(timer)) stop(timer as number);
  }) as typeof clearTimeout;
  return {
    /** The numbers of those that run. */
    get running() {
      return [...live.keys()].map((timer) => (timer as { number: number }).number);
    },
    expire: () => [...live.values()].forEach((callback) => callback()),
    [Symbol.dispose]() {
      Object.assign(globalThis, { setTimeout: start, clearTimeout: stop });
    },
  };
}

/** The cases. */
export const FLOW_CASES: readonly GatewayCase[] = [
  {
    name: "a client that does not read stops the runtime",
    async run() {
      await using server = await target(always(`HTTP/1.1 200 OK\r\nContent-Length: ${MUCH}\r\n\r\n`));
      await using own = await opened(server);
      own.wire.write(head("/x", ID));
      await own.wire.until(({ text }) => text.endsWith("\r\n\r\n"));
      own.wire.socket.pause();
      const taken = pour(server.wires[0]!.socket);
      // One that reads gets all of it meanwhile.
      const other = await dial(own.gateway.url);
      other.write(head("/x", ID));
      await other.until(({ text }) => text.endsWith("\r\n\r\n"));
      const all = come(other.socket, counted(other));
      pour(server.wires[1]!.socket);
      await all;
      other.socket.destroy();
      check(taken() < MUCH / 2, `${taken()} bytes were taken`);
    },
  },
  {
    name: "a runtime that does not read stops the client",
    async run() {
      await using server = await target(() => undefined);
      await using own = await opened(server);
      const upload = head("/x", { ...ID, "Content-Length": String(MUCH) }, "PUT");
      own.wire.write(upload);
      await server.connected(1);
      await server.wires[0]!.until(({ text }) => text.endsWith("\r\n\r\n"));
      server.wires[0]!.socket.pause();
      const taken = pour(own.wire.socket);
      const other = await dial(own.gateway.url);
      other.write(upload);
      await server.connected(2);
      await server.wires[1]!.until(({ text }) => text.endsWith("\r\n\r\n"));
      const { socket } = server.wires[1]!;
      const all = come(socket, counted(server.wires[1]!));
      pour(other.socket);
      await all;
      other.socket.destroy();
      check(taken() < MUCH / 2, `${taken()} bytes were taken`);
    },
  },
  {
    name: "a request that stands still for too long is ended, and one that moves is not",
    async run() {
      const idleTimeoutMs = 123_457;
      await using server = await target(() => undefined);
      await using own = await opened(server, { idleTimeoutMs });
      using timers = held(idleTimeoutMs);
      const moved = (before: number) => {
        const [running, ...more] = timers.running;
        check(running !== undefined && running > before && more.length === 0, `${before}, now ${timers.running}`);
        return running!;
      };
      own.wire.write(head("/x", { ...ID, "Transfer-Encoding": "chunked" }, "POST"));
      await server.connected(1);
      const [arrived] = server.wires;
      await arrived!.until(({ text }) => text.endsWith("\r\n\r\n"));
      let timer = moved(0);
      for (let i = 0; i < 3; i++) {
        own.wire.write("1\r\nx\r\n");
        await arrived!.until(({ text }) => text.split("\nx\r").length === i + 2);
        timer = moved(timer);
      }
      for (let i = 0; i < 3; i++) {
        arrived!.write(i === 0 ? `${CHUNKED}1\r\ny\r\n` : "1\r\ny\r\n");
        await own.wire.until(({ text }) => text.split("\ny\r").length === i + 2);
        timer = moved(timer);
      }
      timers.expire();
      const [text] = await own.wire.end();
      check(text.startsWith("HTTP/1.1 200 ") && !text.endsWith("0\r\n\r\n"), text);
      equal(timers.running, []);
      const still = await dial(own.gateway.url);
      still.write(head("/x", ID));
      await server.connected(2);
      await server.wires[1]!.until(({ text }) => text !== "");
      timers.expire();
      const { body } = GATEWAY_REPLIES.upstreamTimeout;
      const late = await still.until(({ text }) => text.endsWith(body));
      check(late.startsWith("HTTP/1.1 504 "), late);
      still.socket.destroy();
    },
  },
];
