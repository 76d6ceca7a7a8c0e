import { Buffer } from "node:buffer";
import type { KubeObject } from "../../../../src/k8s/mod.ts";
import {
  type FakeKube,
  type FakeKubeListener,
  type FakeKubeOptions,
  startFakeKube,
} from "../../../../src/testing/mod.ts";
import { type Head, RawSocket } from "./raw_socket.ts";

/** A Pod whose containers run. */
export function pod(
  name: string,
  more: { node?: string; containers?: readonly string[]; waiting?: string } = {},
): KubeObject {
  const { node = "node-ws", containers = ["main"], waiting } = more;
  const state = waiting === undefined ? { running: {} } : { waiting: { reason: waiting } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default" },
    spec: { ...(node === "" ? {} : { nodeName: node }), containers: containers.map((name) => ({ name })) },
    status: node === ""
      ? { phase: "Pending" }
      : { phase: "Running", containerStatuses: containers.map((name) => ({ name, state })) },
  } as KubeObject;
}

const EXEC = { namespaces: ["default"], apiGroups: [""], resources: ["pods", "pods/exec"] };

/** A fake with the Pods and the users of the recordings. */
export function startPods(options: FakeKubeOptions = {}): Promise<FakeKube> {
  return startFakeKube({
    objects: [
      pod("box"),
      pod("box-spdy", { node: "node-spdy" }),
      pod("two", { containers: ["first", "second"] }),
      pod("broken", { waiting: "ErrImagePull" }),
      pod("broken-spdy", { node: "node-spdy", waiting: "ErrImagePull" }),
      pod("unbound", { node: "" }),
    ],
    nodes: [{ name: "node-spdy", webSockets: false }],
    users: [
      { name: "admin", token: "t-admin" },
      { name: "viewer", token: "t-viewer", rules: [{ resources: ["sandboxes"], verbs: ["get"] }] },
      { name: "execget", token: "t-execget", rules: [{ ...EXEC, verbs: ["get"] }] },
    ],
    ...options,
  });
}

/** How to run a command. */
export interface ExecTold {
  readonly pod?: string;
  /** What is asked for: `stdin`, `stdout`, `stderr`, `tty`. */
  readonly flags?: readonly string[];
  readonly protocols?: string;
}

/** Runs a command by hand. */
export function exec(
  { url }: Pick<FakeKubeListener, "url">,
  argv: readonly string[],
  { pod = "box", flags = ["stdout", "stderr"], protocols = "v5.channel.k8s.io" }: ExecTold = {},
): Promise<{ socket: RawSocket; head: Head }> {
  const query = new URLSearchParams([...argv.map((arg) => ["command", arg]), ...flags.map((flag) => [flag, "true"])]);
  const path = `/api/v1/namespaces/default/pods/${pod}/exec?${query}`;
  return RawSocket.upgrade(url, path, { token: "t-admin", protocols });
}

/** What came on each channel, a character for each byte, and how it ended. */
export interface Heard {
  readonly channels: ReadonlyMap<number, string>;
  /** The code of the close frame; absent: there was none. */
  readonly code?: number;
}

/** Listens to the end. */
export async function hear(socket: RawSocket): Promise<Heard> {
  const parts = new Map<number, Uint8Array[]>();
  let code: number | undefined;
  for (;;) {
    const frame = await socket.next();
    if (frame === undefined) break;
    if ("close" in frame) code = frame.close.code;
    if (!("message" in frame)) continue;
    const [channel = -1] = frame.message;
    parts.set(channel, [...parts.get(channel) ?? [], frame.message.subarray(1)]);
  }
  socket.destroy();
  const channels = new Map(
    [...parts].map(([channel, some]): [number, string] => [channel, Buffer.concat(some).toString("latin1")]),
  );
  return { channels, ...(code === undefined ? {} : { code }) };
}

/** One of the cases, which run on Deno, Bun and Node. */
export interface PodCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Starts a fake that listens, and ends it after the case. */
export async function withPods(
  run: (kube: FakeKube, listener: FakeKubeListener) => Promise<void>,
  options: FakeKubeOptions = {},
): Promise<void> {
  const kube = await startPods(options);
  try {
    await run(kube, await kube.listen({ requireToken: true }));
  } finally {
    await kube[Symbol.asyncDispose]();
  }
}

/** Runs a command to its end. */
export async function output(
  listener: Pick<FakeKubeListener, "url">,
  argv: readonly string[],
  told: ExecTold = {},
): Promise<Heard> {
  const { socket, head } = await exec(listener, argv, told);
  if (head.status !== 101) throw new Error(`${head.status}: ${await socket.rest()}`);
  return await hear(socket);
}

/** What the last message says of a command that ended well. */
export const SUCCESS = '{"metadata":{},"status":"Success"}';

/** Waits, in the container, until there is such a file. */
export async function untilThereIs(listener: Pick<FakeKubeListener, "url">, file: string): Promise<void> {
  await output(listener, ["sh", "-c", `until test -e ${file}; do sleep 0.02; done`]);
}
