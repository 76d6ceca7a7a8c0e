import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { exec, hear, output, type PodCase, SUCCESS, withPods } from "./pod_tools.ts";

/** `[1]`, `[1, "hi\n"]`, the status and the close frame, each with its head. */
const WHOLE = 3 + 6 + 2 + 1 + SUCCESS.length + 4;

/** What goes wrong when it is told to. */
export const FAULT_CASES: readonly PodCase[] = [
  {
    name: "a WebSocket is cut after each of its bytes",
    run: () =>
      withPods(async (kube, listener) => {
        for (let cutAfterBytes = 1; cutAfterBytes <= WHOLE; cutAfterBytes++) {
          kube.next({ cutAfterBytes });
          const { socket } = await exec(listener, ["echo", "hi"]);
          assert.equal((await socket.restBytes()).length, cutAfterBytes);
        }
        kube.next({ cutAfterBytes: WHOLE + 1 });
        assert.equal((await output(listener, ["echo", "hi"])).code, 1000);
        kube.next({ cutAfterBytes: 0 });
        await assert.rejects(exec(listener, ["echo", "hi"]), /The connection ended: $/);
      }),
  },
  {
    name: "a WebSocket goes silent, and its command with it",
    async run() {
      let rest: Promise<Uint8Array> | undefined;
      await withPods(async (kube, listener) => {
        kube.next({ stallAfterBytes: 4 });
        const { socket } = await exec(listener, ["yes"]);
        await socket.send("ping", Buffer.from("there?"));
        const { channels } = await output(listener, ["sh", "-c", "sleep 0.1; echo other"]);
        assert.equal(channels.get(1), "other\n");
        assert.equal(kube.pods.running, 1);
        rest = socket.restBytes();
      });
      assert.equal((await rest)?.length, 4);
    },
  },
  {
    name: "an answer goes silent",
    run: () =>
      withPods(async (kube, { url }) => {
        kube.pods.print({ pod: "box" }, "hello\n");
        kube.next({ stallAfterBytes: 3 });
        const headers = { authorization: "Bearer t-admin" };
        const gone = new AbortController();
        const path = "/api/v1/namespaces/default/pods/box/log";
        const response = await fetch(url + path, { headers, signal: gone.signal });
        const reader = response.body?.getReader();
        let text = "";
        while (text.length < 3) text += new TextDecoder().decode((await reader?.read())?.value);
        assert.equal(text, "hel");
        const next = reader?.read();
        const late = new Promise((resolve) => setTimeout(() => resolve("silent"), 50));
        assert.equal(await Promise.race([next, late]), "silent");
        gone.abort(new Error("enough"));
        await assert.rejects(async () => await next, /enough/);
      }),
  },
  {
    name: "a command's status is lost",
    run: () =>
      withPods(async (kube, listener) => {
        kube.next({ losesStatus: true });
        const { channels, code } = await output(listener, ["sh", "-c", "echo all; exit 3"]);
        assert.deepEqual([[...channels], code], [[[1, "all\n"]], 1000]);
      }),
  },
  {
    name: "a runtime is lost: v5 says Success, v4 says nothing",
    run: () =>
      withPods(async (kube, listener) => {
        for (const loseRuntimeAfterBytes of [0, 3]) {
          const argv = ["sh", "-c", "printf hello; exit 3"];
          kube.next({ loseRuntimeAfterBytes, times: 2 });
          const v5 = await output(listener, argv);
          assert.deepEqual([v5.channels.get(1), v5.channels.get(3)], ["hel".slice(0, loseRuntimeAfterBytes), SUCCESS]);
          const v4 = await output(listener, argv, { protocols: "v4.channel.k8s.io" });
          assert.deepEqual([[...v4.channels], v4.code], [[[1, "hel".slice(0, loseRuntimeAfterBytes)]], 1000]);
        }
      }),
  },
  {
    name: "a node dies, is not reached, and comes back",
    run: () =>
      withPods(async (kube, listener) => {
        const v4 = { pod: "box-spdy", protocols: "v4.channel.k8s.io" };
        const { socket } = await exec(listener, ["sleep", "60"], v4);
        await socket.next();
        kube.pods.stopNode("node-spdy");
        assert.deepEqual([...(await hear(socket)).channels], []);
        const { head, socket: refused } = await exec(listener, ["true"], v4);
        assert.equal(head.status, 500);
        assert.match(
          await refused.rest(),
          /"message":"error dialing backend: dial tcp .*: connect: connection refused"/,
        );
        const { channels, code } = await output(listener, ["echo", "a b"], { pod: "box-spdy" });
        const status = JSON.parse(channels.get(3) ?? "");
        assert.deepEqual([status.status, status.reason, code], ["Failure", "InternalError", 1000]);
        assert.equal(
          status.message,
          'Internal error occurred: error sending request: Post "https://127.0.0.1:10250/exec/default/box-spdy/main?' +
            'command=echo&command=a+b&error=1&output=1": dial tcp 127.0.0.1:10250: connect: connection refused',
        );
        // As Go writes it.
        assert.match(channels.get(3) ?? "", /command=echo\\u0026command/);
        kube.pods.startNode("node-spdy");
        assert.equal((await output(listener, ["true"], v4)).channels.get(3), '{"status":"Success"}');
      }),
  },
];
