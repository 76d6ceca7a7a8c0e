import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { exec, hear, output, pod, type PodCase, SUCCESS, untilThereIs, withPods } from "./pod_tools.ts";
import type { RawSocket } from "./raw_socket.ts";

/** What commands see, and what they are told. */
export const EXEC_CASES: readonly PodCase[] = [
  {
    name: "a command starts in the container's directory, with the container's variables",
    run: () =>
      withPods(async (kube, listener) => {
        kube.write(
          {
            ...pod("own"),
            spec: { nodeName: "node-ws", containers: [{ name: "main", env: [{ name: "COLOUR", value: "red" }] }] },
          } as Parameters<typeof kube.write>[0],
        );
        const directory = await kube.pods.directory({ pod: "own" });
        await writeFile(join(directory, "here"), "yes");
        const { channels } = await output(listener, ["sh", "-c", 'cat here; echo " $HOME $HOSTNAME $COLOUR"'], {
          pod: "own",
        });
        assert.equal(channels.get(1), `yes ${directory} own red\n`);
        const other = await output(listener, ["ls"]);
        assert.equal(other.channels.get(1), "");
      }),
  },
  {
    name: "twenty commands run at once",
    run: () =>
      withPods(async (kube, listener) => {
        const all = await Promise.all(
          Array.from({ length: 20 }, (_, at) => output(listener, ["sh", "-c", `echo ${at}; exit ${at}`])),
        );
        assert.deepEqual(all.map(({ channels }) => channels.get(1)), all.map((_, at) => `${at}\n`));
        assert.deepEqual(
          all.map(({ channels }) => JSON.parse(channels.get(3) ?? "").details?.causes[0].message ?? "0"),
          all.map((_, at) => String(at)),
        );
        assert.equal(kube.pods.running, 0);
      }),
  },
  {
    name: "what is no input is not heard: other channels, their ends, and input after its end",
    run: () =>
      withPods(async (_, listener) => {
        const { socket } = await exec(listener, ["cat"], { flags: ["stdin", "stdout"] });
        await socket.message(0, "a");
        await socket.message(9, "b");
        await socket.message(255, [1]);
        await socket.message(4, "no size");
        await socket.send("binary", new Uint8Array());
        await socket.send("text", Buffer.from("\0c"));
        await socket.message(255, [0]);
        await socket.message(0, "d");
        const { channels, code } = await hear(socket);
        assert.deepEqual([channels.get(1), channels.get(3), code], ["ac", SUCCESS, 1000]);
      }),
  },
  {
    name: "each frame is a message, also one that is part of another",
    run: () =>
      withPods(async (_, listener) => {
        const { socket } = await exec(listener, ["cat"], { flags: ["stdin", "stdout"] });
        await socket.send("text", Buffer.from("\0c"), { more: true });
        await socket.send("continuation", Buffer.from("\0d"));
        await socket.message(255, [0]);
        assert.equal((await hear(socket)).channels.get(1), "cd");
      }),
  },
  {
    name: "v4 cannot end the input, and its client ends it by going away",
    run: () =>
      withPods(async (_, listener) => {
        const told = { flags: ["stdin", "stdout"], protocols: "v4.channel.k8s.io" };
        const { socket } = await exec(listener, ["sh", "-c", "head -n 1; cat; echo x > over"], told);
        await socket.message(255, [0]);
        await socket.message(0, "still\n");
        await until(socket, "still\n");
        socket.destroy();
        await untilThereIs(listener, "over");
      }),
  },
  {
    name: "a client that closes or goes away does not end its command",
    run: () =>
      withPods(async (kube, listener) => {
        for (const leave of [(socket: RawSocket) => socket.send("close", Buffer.from([3, 232])), destroy]) {
          const { socket } = await exec(listener, [
            "sh",
            "-c",
            "rm -f over go; echo on; until test -e go; do sleep 0.02; done; seq 100000; echo x > over",
          ]);
          await until(socket, "on\n");
          await leave(socket);
          assert.equal(kube.pods.running, 1);
          await output(listener, ["touch", "go"]);
          await untilThereIs(listener, "over");
          socket.destroy();
        }
      }),
  },
  {
    name: "a command ends with its Pod",
    run: () =>
      withPods(async (kube, listener) => {
        const { socket } = await exec(listener, ["sh", "-c", "echo on; sleep 60; true"]);
        await until(socket, "on\n");
        kube.remove({ apiVersion: "v1", kind: "Pod", metadata: { name: "box" } });
        const { channels, code } = await hear(socket);
        assert.match(channels.get(3) ?? "", /"message":"137"/);
        assert.equal(code, 1000);
      }),
  },
  {
    name: "commands and files end with the fake",
    async run() {
      let pid = 0;
      let directory = "";
      let socket: RawSocket | undefined;
      await withPods(async (kube, listener) => {
        directory = await kube.pods.directory({ pod: "box" });
        ({ socket } = await exec(listener, ["sh", "-c", "sleep 60 & echo $!; wait"]));
        pid = Number(await until(socket, "\n"));
        assert.equal(isThere(pid), true);
      });
      await socket?.rest();
      assert.equal(existsSync(directory), false);
      // The shell is gone; who adopted what it started may take a moment to notice.
      while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 5));
    },
  },
  {
    name: "input that nobody reads holds the client up, and the command still ends",
    run: () =>
      withPods(async (_, listener) => {
        const { socket } = await exec(listener, ["sh", "-c", "until test -e go; do sleep 0.02; done; head -c 5"], {
          flags: ["stdin", "stdout"],
        });
        for (let at = 0; at < 1024; at++) void socket.message(0, new Uint8Array(32 * 1024).fill(97));
        await output(listener, ["sleep", "0.3"]);
        assert.notEqual(socket.unsent, 0);
        await output(listener, ["touch", "go"]);
        const { channels } = await hear(socket);
        assert.deepEqual([channels.get(1), channels.get(3)], ["aaaaa", SUCCESS]);
      }),
  },
  {
    name: "output that nobody reads holds the command up",
    run: () =>
      withPods(async (_, listener) => {
        const { socket } = await exec(listener, ["sh", "-c", "echo on; head -c 33554432 /dev/zero; echo x > over"]);
        await until(socket, "on\n");
        socket.pause();
        const { channels } = await output(listener, ["sh", "-c", "sleep 0.3; test -e over || echo waits"]);
        assert.equal(channels.get(1), "waits\n");
        socket.resume();
        const rest = await hear(socket);
        assert.deepEqual([rest.channels.get(1)?.length, rest.channels.get(3)], [33554432 - early(socket), SUCCESS]);
      }),
  },
  {
    name: "a parameter with a bare semicolon is none",
    run: () =>
      withPods(async (_, { url }) => {
        const { RawSocket } = await import("./raw_socket.ts");
        const path = "/api/v1/namespaces/default/pods/box/exec?command=echo&command=a;b&command=c&stdout=1";
        const { socket } = await RawSocket.upgrade(url, path, { token: "t-admin", protocols: "v5.channel.k8s.io" });
        assert.equal((await hear(socket)).channels.get(1), "c\n");
      }),
  },
  {
    name: "what is no WebSocket is closed",
    run: () =>
      withPods(async (_, listener) => {
        const { socket } = await exec(listener, ["cat"], { flags: ["stdin", "stdout"] });
        await socket.raw(Buffer.from([0x82, 0x01, 0]));
        assert.equal((await hear(socket)).code, 1002);
      }),
  },
  {
    name: "the token of a browser comes once, and with a sub-protocol",
    run: () =>
      withPods(async (_, { url }) => {
        const { RawSocket } = await import("./raw_socket.ts");
        const path = "/api/v1/namespaces/default/pods/box/exec?command=true&stdout=1";
        const token = `base64url.bearer.authorization.k8s.io.${btoa("t-admin").replace(/=*$/, "")}`;
        const v5 = "v5.channel.k8s.io";
        for (
          const protocols of [token, `${token}, ${token}, ${v5}`, `base64url.bearer.authorization.k8s.io.=, ${v5}`]
        ) {
          const { socket, head } = await RawSocket.upgrade(url, path, { protocols });
          socket.destroy();
          assert.equal(head.status, 401, protocols);
        }
      }),
  },
];

function destroy(socket: RawSocket): Promise<void> {
  socket.destroy();
  return Promise.resolve();
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const heard = new WeakMap<RawSocket, number>();

/** How many bytes of long output came before they were counted. */
function early(socket: RawSocket): number {
  return heard.get(socket) ?? 0;
}

/** Reads until some text is there, and gives what came. */
async function until(socket: RawSocket, text: string): Promise<string> {
  let all = "";
  while (!all.includes(text)) {
    const frame = await socket.next();
    assert.ok(frame !== undefined && "message" in frame, `the connection ended before ${JSON.stringify(text)}`);
    all += Buffer.from(frame.message.subarray(1)).toString("latin1");
  }
  heard.set(socket, all.length - all.indexOf(text) - text.length);
  return all;
}
