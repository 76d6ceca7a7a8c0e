import { assertEquals, assertThrows } from "@std/assert";
import { RuntimeClient, UnsupportedError } from "../../mod.ts";
import { GATEWAY, ID } from "./tools.ts";

/** Stands in for the platform's, and keeps what it was made with. */
function withWebSocket<T>(value: unknown, run: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, "WebSocket")!;
  Object.defineProperty(globalThis, "WebSocket", { value, configurable: true, writable: true });
  try {
    return run();
  } finally {
    Object.defineProperty(globalThis, "WebSocket", before);
  }
}

function made(options: object, ...rest: [path?: string, protocols?: string | string[]]): unknown[] {
  let given: unknown[] = [];
  class Fake {
    constructor(...args: unknown[]) {
      given = args;
    }
  }
  withWebSocket(Fake, () => new RuntimeClient({ ...GATEWAY, ...options }).ports.webSocket(3000, ...rest));
  return given;
}

Deno.test("Ports.webSocket() has the URL of the port, as ws or wss, and without a fragment", () => {
  assertEquals(made({}), [`ws://gateway.test:7788/kruise/${ID}/3000/`]);
  assertEquals(made({ scheme: "https" }, "/x?y#z", "chat"), [
    `wss://gateway.test:7788/kruise/${ID}/3000/x?y`,
    "chat",
  ]);
  assertEquals(made({ routing: "host" }, "x", ["a", "b"]), [`ws://3000-${ID}.gateway.test:7788/x`, ["a", "b"]]);
  assertEquals(made({ runtimeToken: "rt" }), [`ws://gateway.test:7788/kruise/${ID}/3000/`]);
});

Deno.test("Ports.webSocket() cannot carry a token that the gateway wants", () => {
  for (const options of [{ trafficToken: "tt" }, { runtimeToken: () => "rt", portAccessToken: true }]) {
    const { ports } = new RuntimeClient({ ...GATEWAY, ...options });
    const { code, sandboxId } = assertThrows(() => ports.webSocket(3000), UnsupportedError, "headers");
    assertEquals([code, sandboxId], ["unsupported", ID]);
  }
  const direct = { domain: undefined, sandboxBaseUrl: () => "http://host.test" };
  assertEquals(made({ ...direct, trafficToken: "tt" }), ["ws://host.test/"]);
});

Deno.test("Ports.webSocket() needs a platform that has WebSockets", () => {
  const { ports } = new RuntimeClient(GATEWAY);
  withWebSocket(undefined, () => assertThrows(() => ports.webSocket(3000), UnsupportedError, "no WebSocket"));
});
