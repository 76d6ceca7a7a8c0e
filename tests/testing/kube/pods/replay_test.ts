import { assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { FakeKube, FakeKubeListener } from "../../../../src/testing/mod.ts";
import { type Exchange, EXCHANGES, type RecordedFrame } from "../recording.ts";
import { isSocket } from "../replay_exceptions.ts";
import { startPods } from "./pod_tools.ts";
import { ACCEPT, RawSocket } from "./raw_socket.ts";

/** What connections add. */
const OF_THE_CONNECTION = new Set(["connection", "content-length", "sec-websocket-accept"]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the recorder had done before. */
const PLANS: Readonly<Record<string, (kube: FakeKube) => void>> = {
  "exec-node-unreachable": (kube) => kube.pods.stopNode("node-ws"),
};

/** After which output the recorder killed the node. */
const DURING: Readonly<Record<string, readonly [after: string, run: (kube: FakeKube) => void]>> = {
  "exec-kubelet-v5-node-killed": ["started\n", (kube) => kube.pods.stopNode("node-ws")],
  "exec-translated-v5-node-killed": ["started\n", (kube) => kube.pods.stopNode("node-spdy")],
};

/** The bytes of a message; of a long one, its beginning repeated. */
function bytesOf({ data, base64, length, start }: RecordedFrame): Uint8Array {
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  if (length === undefined) return Buffer.from(data ?? "");
  const first = Buffer.from(start ?? "", "base64");
  return Buffer.alloc(length, first);
}

/** What came, to be compared: messages joined by their channel, and all else as it was. */
class Heard {
  readonly channels = new Map<number, Buffer>();
  readonly others: unknown[] = [];

  add(channel: number, data: Uint8Array): void {
    this.channels.set(channel, Buffer.concat([this.channels.get(channel) ?? Buffer.alloc(0), data]));
  }

  has(other: Heard): boolean {
    return other.others.length <= this.others.length &&
      [...other.channels].every(([channel, data]) => (this.channels.get(channel)?.length ?? -1) >= data.length);
  }

  get shown(): unknown {
    const channels = [...this.channels].sort(([one], [other]) => one - other)
      .map((
        [channel, data],
      ) => [channel, data.length > 4096 ? [data.length, data.every((b) => b === 0)] : data.toString("latin1")]);
    return { channels, others: this.others };
  }
}

async function play({ name, request, response }: Exchange, kube: FakeKube, listener: FakeKubeListener): Promise<void> {
  PLANS[name]?.(kube);
  if (request.path.includes("command=--drop")) kube.next({ loseRuntimeAfterBytes: 0 });
  const { user } = request;
  const port = await localPort(name);
  const path = request.path.replace("37979", String(port?.number));
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => name !== "Host" && name !== "Authorization"),
  ) as Record<string, string>;
  if (headers["Sec-WebSocket-Key"] !== undefined) headers["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ==";
  const protocols = headers["Sec-WebSocket-Protocol"];
  if (protocols !== undefined) {
    headers["Sec-WebSocket-Protocol"] = protocols.replace(
      /<base64url token of .*?>/,
      btoa("t-admin").replace(/=*$/, ""),
    );
  }
  if (user !== "none") headers["Authorization"] = `Bearer t-${user}`;
  const { socket, head } = await RawSocket.open(listener.url, path, headers);
  try {
    assertEquals(head.status, response.status);
    assertHeaders(head.headers, response.headers);
    if (response.frames !== undefined) {
      assertEquals(head.headers["sec-websocket-accept"], ACCEPT);
      const frames = (response.frames as readonly RecordedFrame[]).map((frame) => withPort(frame, port?.number));
      await converse(socket, frames, () => DURING[name], kube);
    } else {
      const text = (await socket.rest()).replace("127.0.0.1:10250", "<kubelet>");
      if (response.body === null) assertEquals(text, "");
      else if (response.text === undefined) assertEquals(JSON.parse(text), response.body);
      else assertEquals(text, response.text);
    }
  } finally {
    socket.destroy();
    await port?.close();
    for (const node of ["node-ws", "node-spdy"]) kube.pods.startNode(node);
  }
}

/** Says what the client said, each time when as much has come as had then, and compares what came. */
async function converse(
  socket: RawSocket,
  frames: readonly RecordedFrame[],
  during: () => (typeof DURING)[string] | undefined,
  kube: FakeKube,
): Promise<void> {
  const heard = new Heard();
  const due = new Heard();
  let isOver = false;
  const more = async () => {
    const frame = await socket.next();
    if (frame === undefined) {
      isOver = true;
      return;
    }
    if ("message" in frame) heard.add(frame.message[0] ?? -1, frame.message.subarray(1));
    else heard.others.push(frame);
    const [after, run] = during() ?? [];
    if (after !== undefined && heard.channels.get(1)?.toString() === after) run?.(kube);
  };
  // The first message is an empty one, which says that the connection stands.
  await more();
  const first = frames.find(({ from, channel, pong }) =>
    from === "server" && channel !== undefined && pong === undefined
  );
  assertEquals([...heard.channels.keys()], [first?.channel]);
  for (const frame of frames) {
    const { channel, close, ping, pong, from, eof } = frame;
    if (from === "client") {
      while (!heard.has(due) && !isOver) await more();
      if (ping !== undefined) await socket.send("ping", Buffer.from(ping));
      else if (close !== undefined) await socket.send("close", Buffer.from([close.code >> 8, close.code & 255]));
      else await socket.message(channel ?? -1, bytesOf(frame));
    } else if (channel !== undefined) due.add(channel, bytesOf(frame));
    else if (eof !== true) due.others.push(close === undefined ? { pong } : { close });
  }
  while (!isOver) await more();
  assertEquals(heard.shown, due.shown);
  assertEquals(socket.left, 0, "bytes of half a frame");
}

function assertHeaders(actual: Readonly<Record<string, string>>, recorded: Readonly<Record<string, string>>): void {
  const names = (headers: object) => Object.keys(headers).filter((name) => !OF_THE_CONNECTION.has(name)).sort();
  assertEquals(names(actual).filter((name) => name !== "date"), names(recorded), "headers");
  for (const name of names(recorded)) {
    if (recorded[name] === "<uuid>") assertMatch(actual[name] ?? "", UUID, name);
    else assertEquals(actual[name], recorded[name], name);
  }
}

/** What listened in the recorder's Pod. */
async function localPort(name: string): Promise<{ number: number; close(): Promise<void> } | undefined> {
  if (name !== "port-forward") return undefined;
  const server = createServer((socket) => socket.end("hello from the port\n"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { number: port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** A recorded frame with the port that is used here. */
function withPort(frame: RecordedFrame, port: number | undefined): RecordedFrame {
  if (port === undefined || frame.base64 !== "W5Q=") return frame;
  return { ...frame, base64: Buffer.from([port & 255, port >> 8]).toString("base64") };
}

Deno.test("kube pods replay: the fake answers as the server and its kubelets did", async (t) => {
  await using kube = await startPods();
  await using listener = await kube.listen({ requireToken: true });
  const all = EXCHANGES.filter(({ name }) => isSocket(name));
  let count = 0;
  for (const exchange of all) count += await t.step(exchange.name, () => play(exchange, kube, listener)) ? 1 : 0;
  assertEquals(count, 50, "exchanges that the fake answers as the server did");
});
