import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { hear, type PodCase, SUCCESS, withPods } from "./pod_tools.ts";
import { RawSocket } from "./raw_socket.ts";

/** Something that listens on this machine. */
async function serve(handle: (socket: Socket) => void): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    handle(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function forward(url: string, ports: readonly number[]): Promise<RawSocket> {
  const query = ports.map((port) => `ports=${port}`).join("&");
  const path = `/api/v1/namespaces/default/pods/box/portforward?${query}`;
  const { socket, head } = await RawSocket.upgrade(url, path, { token: "t-admin", protocols: "v4.channel.k8s.io" });
  assert.equal(head.status, 101);
  for (const [at, port] of ports.flatMap((port, at) => [[2 * at, port], [2 * at + 1, port]] as const)) {
    assert.deepEqual(await socket.next(), { message: Buffer.from([at, port & 255, port >> 8]) });
  }
  return socket;
}

/** How ports are reached, and kubelets. */
export const FORWARD_CASES: readonly PodCase[] = [
  {
    name: "bytes go both ways, and the WebSocket ends with the connection",
    run: () =>
      withPods(async (_, { url }) => {
        let count = 0;
        const echo = await serve((socket) =>
          socket.on("data", (data: Uint8Array) => {
            count += data.length;
            socket.write(data);
            if (count === 1_000_000) socket.end();
          })
        );
        const socket = await forward(url, [echo.port]);
        for (let at = 0; at < 100; at++) void socket.message(0, new Uint8Array(10_000).fill(97 + at % 26));
        const { channels, code } = await hear(socket);
        assert.equal(
          channels.get(0),
          Array.from({ length: 100 }, (_, at) => String.fromCharCode(97 + at % 26).repeat(10_000)).join(""),
        );
        assert.deepEqual([channels.get(1), code], [undefined, 1000]);
        await echo.close();
      }),
  },
  {
    name: "one of two ports refuses: the other goes on",
    run: () =>
      withPods(async (_, { url }) => {
        const free = await serve(() => {});
        await free.close();
        const good = await serve((socket) => socket.once("data", () => socket.end("yes")));
        const socket = await forward(url, [free.port, good.port]);
        const refused = await socket.next();
        assert.ok(refused !== undefined && "message" in refused);
        assert.equal(refused.message[0], 1);
        assert.equal(
          Buffer.from(refused.message.subarray(1)).toString(),
          `error forwarding port ${free.port} to pod default/box, uid : ` +
            `dial tcp 127.0.0.1:${free.port}: connect: connection refused`,
        );
        await socket.message(0, "nobody");
        await socket.message(2, "hello?");
        const { channels, code } = await hear(socket);
        assert.deepEqual([[...channels], code], [[[2, "yes"]], 1000]);
        await good.close();
      }),
  },
  {
    name: "a client that leaves ends the connection",
    run: () =>
      withPods(async (_, { url }) => {
        for (const close of [true, false]) {
          let end = () => {};
          const ended = new Promise<void>((resolve) => end = resolve);
          const quiet = await serve((socket) => {
            socket.resume();
            socket.write("on");
            socket.once("end", () => socket.end());
            socket.once("close", end);
          });
          const socket = await forward(url, [quiet.port]);
          await socket.next();
          if (close) await socket.send("close", Buffer.from([3, 232]));
          else socket.destroy();
          await ended;
          socket.destroy();
          await quiet.close();
        }
      }),
  },
  {
    name: "a port that is none is refused",
    run: () =>
      withPods(async (_, { url }) => {
        const told: readonly (readonly [string, number, string])[] = [
          ["ports=x", 400, 'cannot convert to []int32: strconv.ParseUint: parsing "x": invalid syntax'],
          ["ports=70000", 400, 'cannot convert to []int32: strconv.ParseUint: parsing "70000": value out of range'],
          ["ports=0", 400, 'port "0" must be > 0'],
          ["", 400, 'query parameter "port" is required'],
        ];
        for (const [query, status, message] of told) {
          const path = `/api/v1/namespaces/default/pods/box/portforward?${query}`;
          const options = { token: "t-admin", protocols: "v4.channel.k8s.io" };
          const { socket, head } = await RawSocket.upgrade(url, path, options);
          const text = await socket.rest();
          const said = text.startsWith("{") ? JSON.parse(text).message : text;
          assert.deepEqual([head.status, said], [status, message]);
        }
      }),
  },
  {
    name: "a kubelet runs commands, with parameters of its own",
    run: () =>
      withPods(async (_, { url }) => {
        const options = { token: "t-admin", protocols: "v5.channel.k8s.io" };
        const path = "/exec/default/box-spdy/main?command=cat&input=1&output=1";
        const { socket } = await RawSocket.upgrade(url, path, options);
        await socket.message(0, "hi");
        await socket.message(255, [0]);
        const { channels } = await hear(socket);
        assert.deepEqual([channels.get(1), channels.get(3)], ["hi", SUCCESS]);
        const told: readonly (readonly [string, number, string, string?])[] = [
          [
            "/exec/default/box/main?command=true&stdout=true",
            400,
            "you must specify at least 1 of stdin, stdout, stderr",
          ],
          ["/exec/default/absent/main?command=true&output=1", 404, "pod does not exist"],
          ["/exec/default/box/none?command=true&output=1", 500, 'container not found ("none")'],
          ["/exec/default/box/main?command=true&output=1", 401, "Unauthorized", "wrong"],
          [
            "/exec/default/box/main?command=true&output=1",
            403,
            "Forbidden (user=viewer, verb=get, resource=nodes, subresource(s)=[proxy])\n",
            "t-viewer",
          ],
        ];
        for (const [path, status, text, token = "t-admin"] of told) {
          const { socket, head } = await RawSocket.upgrade(url, path, { ...options, token });
          assert.deepEqual([head.status, await socket.rest()], [status, text]);
        }
      }),
  },
  {
    name: "a kubelet has logs, and forwards ports",
    run: () =>
      withPods(async (kube, { url }) => {
        kube.pods.print({ pod: "box" }, "one\ntwo\n");
        const get = async (path: string) => {
          const response = await fetch(url + path, { headers: { authorization: "Bearer t-admin" } });
          return [response.status, await response.text()];
        };
        assert.deepEqual(await get("/containerLogs/default/box/main?tailLines=1"), [200, "two\n"]);
        assert.deepEqual(await get("/containerLogs/default/box/no"), [404, 'container "no" not found in pod "box"']);
        assert.deepEqual(await get("/containerLogs/default/no/main"), [404, 'pod "no" does not exist']);
        assert.deepEqual(await get("/containerLogs/default/box/main?tailLines=-1"), [
          422,
          '{"message": "Invalid request."}',
        ]);
        assert.deepEqual(await get("/exec/default/box/main?command=true&output=1"), [
          500,
          "Upgrade request required\n",
        ]);
        const greeter = await serve((socket) => socket.end("hello"));
        const path = `/portForward/default/box?port=${greeter.port}`;
        const options = { token: "t-admin", protocols: "v4.channel.k8s.io" };
        const { socket } = await RawSocket.upgrade(url, path, options);
        assert.equal((await hear(socket)).channels.get(0)?.slice(2), "hello");
        await greeter.close();
      }),
  },
];
