/** Ports of pods, over the fake API server. */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { type Bytes, DisconnectedError, InvalidArgumentError, SandboxError } from "../../../../mod.ts";
import { isForbidden, isNotFound, KubeClient, type PodConnection } from "../../../../src/k8s/mod.ts";
import { listenLocally } from "../../../../src/k8s/pods/forward/local_listener.ts";
import { failureOf, withCluster } from "../pods_tools.ts";

const BOX = { pod: "box" };
const encoder = new TextEncoder();

/** A program in the pod that listens; ports of pods are this machine's. */
interface Service extends AsyncDisposable {
  readonly port: number;
  /** The connections that it has. */
  readonly sockets: Set<Socket>;
}

async function serve(handle: (socket: Socket) => void): Promise<Service> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    handle(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as { port: number }).port,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const echo = (socket: Socket) => void socket.pipe(socket);

async function send({ writable }: PodConnection, text: string): Promise<void> {
  const writer = writable.getWriter();
  await writer.write(encoder.encode(text));
  writer.releaseLock();
}

/** So many bytes of what comes. */
async function take({ readable }: PodConnection, length: number): Promise<string> {
  const reader = readable.getReader();
  let bytes = Buffer.alloc(0);
  while (bytes.byteLength < length) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes = Buffer.concat([bytes, value]);
  }
  reader.releaseLock();
  return bytes.toString();
}

async function toEnd(socket: Socket): Promise<string> {
  const parts: Uint8Array[] = [];
  socket.on("data", (chunk) => parts.push(chunk));
  await once(socket, "end");
  return Buffer.concat(parts).toString();
}

function dial(address: string): Socket {
  const [host, port] = address.split(":");
  return connect({ host: host!, port: Number(port) });
}

withCluster("connections are of their own, and one that ends leaves the others", async ({ kube }) => {
  await using service = await serve(echo);
  await using forward = kube.portForward(BOX, service.port);
  const [one, other] = [await forward.connect(), await forward.connect()];
  await send(one, "one");
  await send(other, "other");
  assertEquals([await take(one, 3), await take(other, 5)], ["one", "other"]);
  await one.readable.cancel();
  await send(other, "more");
  assertEquals(await take(other, 4), "more");
  await assertRejects(() => send(one, "late"), DisconnectedError);
});

withCluster("the other side closes: what it sent comes whole, then the end", async ({ kube }) => {
  const large = Buffer.alloc(3_000_000, "0123456789");
  await using service = await serve((socket) => socket.end(large));
  await using forward = kube.portForward(BOX, service.port);
  const { readable, writable } = await forward.connect();
  assert(
    large.equals(Buffer.from(await new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer())),
  );
  await assertRejects(() => writable.getWriter().write(encoder.encode("late")), DisconnectedError);
});

withCluster("megabytes both ways, in order", async ({ kube }) => {
  await using service = await serve(echo);
  await using forward = kube.portForward({ pod: "box-spdy" }, service.port);
  const connection = await forward.connect();
  const large = Buffer.from(Uint32Array.from({ length: 1_000_000 }, (_, index) => index).buffer);
  const writer = connection.writable.getWriter();
  const sent = writer.write(new Uint8Array(large)).then(() => writer.close());
  const reader = connection.readable.getReader();
  let at = 0;
  while (at < large.byteLength) {
    const { value } = await reader.read();
    assert(large.subarray(at, at + value!.byteLength).equals(value!), `at ${at}`);
    at += value!.byteLength;
  }
  await sent;
});

withCluster("what is not read holds the pod up", async ({ kube }) => {
  const chunk = Buffer.alloc(65_536);
  let written = 0;
  let full: () => void;
  const isFull = new Promise<void>((resolve) => full = resolve);
  await using service = await serve((socket) => {
    const more = () => {
      while (socket.write(chunk)) written += chunk.byteLength;
      full();
    };
    socket.on("drain", more);
    more();
  });
  await using forward = kube.portForward(BOX, service.port);
  const { readable } = await forward.connect();
  await isFull;
  const reader = readable.getReader();
  await reader.read();
  assert(written < 64 * 2 ** 20, `${written}`);
});

withCluster("nobody listens: the error of that connection alone", async ({ kube }) => {
  const gone = await serve(echo);
  await gone[Symbol.asyncDispose]();
  await using forward = kube.portForward(BOX, gone.port);
  const connection = await forward.connect();
  const error = await failureOf(connection.readable.getReader().read());
  assertEquals(error.code, "network");
  assertStringIncludes(error.message, `Cannot reach port ${gone.port} of the pod "default/box": error forwarding port`);
  assertStringIncludes(error.message, "refused");
  assertStringIncludes(error.hint!, `Nothing listens on port ${gone.port}`);
  assertEquals(await failureOf(connection.writable.getWriter().write(encoder.encode("x"))), error);
});

withCluster("a connection that breaks is told, and ends no other", async ({ fake, kube }) => {
  await using service = await serve(echo);
  await using forward = kube.portForward(BOX, service.port);
  const good = await forward.connect();
  fake.next({ cutAfterBytes: 1000 });
  const bad = await forward.connect();
  await send(bad, "x".repeat(5000));
  const error = await failureOf(take(bad, 5000));
  assertInstanceOf(error, DisconnectedError);
  await send(good, "good");
  assertEquals(await take(good, 4), "good");
});

withCluster("a node that dies", async ({ fake, kube }) => {
  await using service = await serve(echo);
  await using forward = kube.portForward(BOX, service.port);
  const connection = await forward.connect();
  const error = failureOf(take(connection, 1));
  fake.pods.stopNode("node-ws");
  assertInstanceOf(await error, DisconnectedError);
  const later = await failureOf(forward.connect());
  assertEquals([later.code, later.hint], [
    "kube_status",
    "The node of the pod does not answer: see whether it is ready",
  ]);
});

withCluster("a listener on this machine", async ({ kube }) => {
  await using service = await serve((socket) => socket.once("data", (data) => socket.end(`you said ${data}`)));
  await using forward = kube.portForward(BOX, service.port);
  const address = await forward.listen();
  assert(/^127\.0\.0\.1:\d+$/.test(address), address);
  const answers = await Promise.all(["a", "b", "c"].map(async (text) => {
    const socket = dial(address);
    socket.write(text);
    const answer = await toEnd(socket);
    socket.end();
    return answer;
  }));
  assertEquals(answers, ["you said a", "you said b", "you said c"]);
  const taken = await failureOf(forward.listen({ port: Number(address.split(":")[1]) }));
  assertInstanceOf(taken, InvalidArgumentError);
  assertEquals([taken.code, taken.hint], ["already_exists", "Pass another port, or 0 for any that is free"]);
});

withCluster("a program that says it has done still gets the answer", async ({ kube }) => {
  await using service = await serve((socket) => {
    socket.once("data", () => socket.write("first "));
    socket.once("data", () => setTimeout(() => socket.end("second"), 20));
  });
  await using forward = kube.portForward(BOX, service.port);
  const socket = dial(await forward.listen());
  socket.end("question");
  assertEquals(await toEnd(socket), "first second");
});

withCluster("a pod that is silent after that is left", async ({ kube }) => {
  let pod: Socket | undefined;
  let accepted: () => void;
  const isAccepted = new Promise<void>((resolve) => accepted = resolve);
  await using service = await serve((socket) => {
    pod = socket;
    accepted();
  });
  await using forward = kube.portForward(BOX, service.port);
  const listener = await listenLocally({
    port: 0,
    connect: () => forward.connect(),
    onError: undefined,
    what: "test",
    lingerMs: 10,
  });
  const socket = dial(listener.address);
  const answer = toEnd(socket);
  await isAccepted;
  const ended = once(pod!, "end");
  pod!.resume();
  socket.end("bye");
  await ended;
  assertEquals(await answer, "");
  await listener.close();
});

Deno.test("a program that takes slowly gets everything, though it has done", async () => {
  const total = 64 * 2 ** 20;
  const piece = 2 ** 20;
  let made = 0;
  let waits: () => void;
  // Nothing more is asked for: the program here does not read.
  const isHeldUp = new Promise<void>((resolve) => waits = resolve);
  const lingerMs = 10;
  let held: ReturnType<typeof setTimeout> | undefined;
  const readable = new ReadableStream<Bytes>({
    pull(controller) {
      clearTimeout(held);
      if (made === total) return controller.close();
      made += piece;
      controller.enqueue(new Uint8Array(piece));
      held = setTimeout(() => waits(), 5 * lingerMs);
    },
    cancel: () => waits(),
  }, { highWaterMark: 0 });
  const connection: PodConnection = { readable, writable: new WritableStream() };
  const connectTo = () => Promise.resolve(connection);
  const listener = await listenLocally({ port: 0, connect: connectTo, onError: undefined, what: "test", lingerMs });
  const [host, port] = listener.address.split(":");
  const socket = connect({ host: host!, port: Number(port), allowHalfOpen: true });
  socket.pause();
  socket.end("I have done");
  await isHeldUp;
  assert(made < total);
  let got = 0;
  socket.on("data", ({ byteLength }: Uint8Array) => got += byteLength);
  socket.resume();
  await once(socket, "end");
  assertEquals(got, total);
  await listener.close();
});

withCluster("a program here that goes away ends its connection to the pod", async ({ kube }) => {
  let left: () => void;
  const hasLeft = new Promise<void>((resolve) => left = resolve);
  await using service = await serve((socket) => {
    socket.on("end", () => left());
    socket.write("hello");
  });
  await using forward = kube.portForward(BOX, service.port);
  const socket = dial(await forward.listen());
  await once(socket, "data");
  socket.resetAndDestroy();
  for (const pod of service.sockets) pod.resume();
  await hasLeft;
});

withCluster("a listener whose pod cannot be reached resets the connection, and tells why", async ({ kube }) => {
  const gone = await serve(echo);
  await gone[Symbol.asyncDispose]();
  for (const [target, code] of [[{ pod: "none" }, "kube_status"], [BOX, "network"]] as const) {
    await using forward = kube.portForward(target, gone.port);
    let tell: (error: unknown) => void;
    const told = new Promise<unknown>((resolve) => tell = resolve);
    const socket = dial(await forward.listen({ onError: (error) => tell(error) }));
    const reset = new Promise<Error & { code?: string }>((resolve) => socket.on("error", resolve));
    socket.resume();
    const error = await told;
    assertInstanceOf(error, SandboxError);
    assertEquals(error.code, code);
    assertEquals((await reset).code, "ECONNRESET");
  }
});

withCluster("disposing closes listeners and connections", async ({ kube }) => {
  await using service = await serve(echo);
  const forward = kube.portForward(BOX, service.port);
  const told: unknown[] = [];
  const address = await forward.listen({ onError: (error) => told.push(error) });
  const socket = dial(address);
  socket.write("x");
  await once(socket, "data");
  const connection = await forward.connect();
  const reading = failureOf(connection.readable.getReader().read());
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => {});
  socket.resume();
  await forward[Symbol.asyncDispose]();
  await closed;
  assertInstanceOf(await reading, DisconnectedError);
  const message = `Cannot reach port ${service.port} of the pod "default/box": the forward was disposed of`;
  assertEquals((await reading).message, message);
  assertEquals((await failureOf(forward.connect())).message, message);
  assertEquals((await failureOf(forward.listen())).message, message);
  const refused = dial(address);
  await assertRejects(() => once(refused, "connect"));
  await forward[Symbol.asyncDispose]();
  assertEquals(told, [], "who disposes knows why");
});

withCluster("a signal ends the opening, and not what is open", async ({ kube }) => {
  await using service = await serve(echo);
  await using forward = kube.portForward(BOX, service.port);
  const reason = new Error("enough");
  assertEquals(await forward.connect({ signal: AbortSignal.abort(reason) }).catch((error) => error), reason);
  await using silent = await serve((socket) => socket.resume());
  await using other = await KubeClient.fromConfig({
    clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${silent.port}` } }],
    contexts: [{ name: "c", context: { cluster: "c" } }],
    "current-context": "c",
  });
  const waiting = new AbortController();
  const slow = other.portForward(BOX, 80).connect({ signal: waiting.signal }).catch((error) => error);
  waiting.abort(reason);
  assertEquals(await slow, reason);
  const controller = new AbortController();
  const connection = await forward.connect({ signal: controller.signal });
  controller.abort(reason);
  await send(connection, "still");
  assertEquals(await take(connection, 5), "still");
});

withCluster("no such pod", async ({ kube }) => {
  await using forward = kube.portForward({ pod: "none" }, 80);
  assert(isNotFound(await failureOf(forward.connect())));
});

withCluster("no rights", async ({ kube }) => {
  await using forward = kube.portForward(BOX, 80);
  const error = await failureOf(forward.connect());
  assert(isForbidden(error));
  assertStringIncludes(
    error.hint!,
    'Grant the verb "create" on pods/portforward in the namespace "default" to "viewer"',
  );
}, { users: [{ name: "viewer", rules: [{ resources: ["pods"], verbs: ["get"] }] }] });

withCluster("what cannot be used is told before anything happens", async ({ kube }) => {
  // deno-lint-ignore no-explicit-any
  const any = (value: unknown) => value as any;
  for (const port of [undefined, "80", null]) assertThrows(() => kube.portForward(BOX, any(port)), TypeError);
  for (const port of [0, -1, 65_536, 1.5, NaN]) assertThrows(() => kube.portForward(BOX, port), RangeError);
  assertThrows(() => kube.portForward(any({}), 80), TypeError);
  await using forward = kube.portForward(BOX, 80);
  await assertRejects(() => forward.listen({ port: any("80") }), TypeError);
  await assertRejects(() => forward.listen({ port: 65_536 }), RangeError);
  await assertRejects(() => forward.listen({ onError: any("x") }), TypeError);
});
