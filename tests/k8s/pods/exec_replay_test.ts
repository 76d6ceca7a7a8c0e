/** The recorded commands, played by a server to the client. */

import { assert, assertEquals } from "@std/assert";
import { isSandboxError } from "../../../mod.ts";
import type { ExecHandle, ExecOptions } from "../../../src/k8s/mod.ts";
import { EXCHANGES, type KubeExchange } from "../replay/recording.ts";
import type { RecordedFrame } from "../../testing/kube/recording.ts";
import { type RawCall, startRawServer } from "../sockets/raw_server.ts";
import { clientOf } from "./exec_tools.ts";

/** What each recording ends with: an exit code, or the code of an error. */
const ENDS: Readonly<Record<string, number | string>> = {
  "v5": 0,
  "v5-exit-3": 3,
  "v5-stdin": 0,
  "v5-tty": 4,
  "v5-not-found": "kube_status",
  "v5-killed": 137,
  "v5-large": 0,
  "v5-binary": 0,
  "v5-upload": 0,
  "v5-ends-before-stdin": 0,
  "v5-lost": 0, // What the protocol says, though it is not so.
  "v4-lost": "disconnected",
  "v4": 3,
  "v4-stdin": 0,
  "offer-both": 0,
  "unknown-protocol": "unsupported",
  "no-output": 0,
  "unknown-container": "kube_status",
  "unknown-pod": "kube_status",
  "container-not-running": "kube_status",
  "unbound": "kube_status",
  "no-streams": "kube_status",
  "no-command": "kube_status",
  "tty-stderr": 0,
  "unauthorized": "kube_status",
  "forbidden": "kube_status",
  "forbidden-create": "kube_status",
  "node-unreachable": "kube_status",
  "container-not-running-translated": "kube_status",
};
/** The node dies: told as success where the API server translates. */
const NODE_KILLED = { "exec-kubelet-v5-node-killed": "disconnected", "exec-translated-v5-node-killed": 0 } as const;

function bytesOf({ data = "", base64, length, start }: RecordedFrame): Uint8Array {
  if (length !== undefined) return new Uint8Array(length).fill(atob(start!).charCodeAt(0));
  if (base64 !== undefined) return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return new TextEncoder().encode(data);
}

function joined(frames: readonly RecordedFrame[], from: string, channel: number): Uint8Array {
  const parts = frames.filter((frame) => frame.from === from && frame.channel === channel).map(bytesOf);
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** Says what was recorded; what the client said then is waited for. */
async function play(call: RawCall, { response }: KubeExchange, frames: readonly RecordedFrame[]): Promise<void> {
  if (response.status !== 101) {
    const body = response.text ?? (response.body == null ? "" : JSON.stringify(response.body));
    const type = response.headers["content-type"];
    return call.refuse(response.status, body, ...(type === undefined ? [] : [`Content-Type: ${type}`]));
  }
  const peer = call.accept(response.headers["sec-websocket-protocol"]);
  for (const frame of frames) {
    if (frame.from === "client" && frame.channel !== undefined) {
      const { data } = (await peer.next())!;
      assertEquals([data[0], data.subarray(1)], [frame.channel, bytesOf(frame)]);
    } else if (frame.close) await peer.close(frame.close.code, frame.close.reason);
    else if (frame.eof) peer.cut();
    else if (frame.channel !== undefined) await peer.send(frame.channel, bytesOf(frame));
  }
}

/** Says what the client said then, and how the command ended. */
async function run(handle: ExecHandle, frames: readonly RecordedFrame[]) {
  const writer = frames.some(({ from }) => from === "client") ? handle.stdin.getWriter() : undefined;
  for (const frame of frames) {
    if (frame.from !== "client") continue;
    if (frame.channel === 0) await writer!.write(bytesOf(frame));
    if (frame.channel === 255) await writer!.close();
  }
  return await handle.wait({ check: false });
}

function optionsOf(query: URLSearchParams, frames: readonly RecordedFrame[]): ExecOptions {
  const resize = frames.find(({ channel }) => channel === 4);
  const { Width, Height } = JSON.parse(resize?.data ?? "{}");
  return {
    stdin: query.get("stdin") === "true",
    tty: query.get("tty") === "true",
    ...(resize && { size: { cols: Width, rows: Height } }),
  };
}

const played = EXCHANGES.flatMap((exchange) => {
  const { name } = exchange;
  const short = name.replace(/^exec-((kubelet|translated)-)?/, "");
  const end = (NODE_KILLED as Record<string, number | string>)[name] ??
    (name.startsWith("exec-") ? ENDS[short] : undefined);
  return end === undefined ? [] : [{ exchange, end }];
});

Deno.test("exec: most recordings are played", () => {
  // Left out: two that end a command or ping by hand, two without a protocol, which is always offered here, two of
  // browsers, two of ordinary requests, and the pod with two containers, which is read for its default.
  assert(played.length >= 42, `${played.length}`);
});

for (const { exchange, end } of played) {
  Deno.test(`exec: recorded: ${exchange.name}`, async () => {
    const frames = (exchange.response.frames ?? []) as readonly RecordedFrame[];
    const { pathname, searchParams: query } = new URL(exchange.request.path, "http://x");
    const [, namespace, pod] = /namespaces\/(.*)\/pods\/(.*)\/exec$/.exec(pathname)!;
    const asked: string[] = [];
    await using server = await startRawServer(async (call) => {
      asked.push(call.path);
      await play(call, exchange, frames);
    });
    await using kube = await clientOf(server);
    const target = { pod: pod!, namespace, container: query.get("container") ?? undefined };
    const command = query.has("command") ? query.getAll("command") : ["none"];
    let handle: ExecHandle | undefined;
    try {
      handle = await kube.exec(target, command, optionsOf(query, frames));
      const { exitCode, stdoutBytes, stderrBytes } = await run(handle, frames);
      assertEquals(exitCode, end);
      assertEquals(stdoutBytes, joined(frames, "server", 1));
      assertEquals(stderrBytes, joined(frames, "server", 2));
    } catch (error) {
      assert(isSandboxError(error), `${error}`);
      assertEquals(error.code, end, error.message);
      if (error.code === "kube_status" && exchange.response.status !== 101) {
        assertEquals(error.status, exchange.response.status);
      }
    }
    await handle?.close();
    assertEquals(new URL(asked[0]!, "http://x").searchParams.getAll("command"), command);
  });
}
