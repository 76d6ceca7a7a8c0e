import { create, toBinary } from "@bufbuild/protobuf";
import { ListResponseSchema, StartResponseSchema } from "../../gen/process/process_pb.ts";
import { RuntimeClient, type RuntimeClientOptions } from "../../mod.ts";
import { pidOf, type TreeRequest, treeRequest } from "../process/tree_helper.ts";

/** A client whose requests are answered by a function. */
export interface Fake {
  readonly sandbox: RuntimeClient;
  /** The paths that were asked for, in order. */
  readonly paths: string[];
  readonly requests: Request[];
}

/** Makes a client that never touches the network. */
export function fake(
  reply: (path: string, request: Request) => Response | Promise<Response>,
  options: RuntimeClientOptions = {},
): Fake {
  const paths: string[] = [];
  const requests: Request[] = [];
  const sandbox = new RuntimeClient({
    sandboxBaseUrl: "http://sandbox.test",
    retry: false,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request);
      const { pathname } = new URL(request.url);
      const tree = await treeOf(request.clone());
      paths.push(tree === undefined ? pathname : KILL_TREE);
      if (tree === undefined) return await reply(pathname, request);
      // What the daemon would make of a kill, the helper for whole trees makes of its targets.
      const killed = await reply(SEND_SIGNAL, request);
      return killed.ok ? treeEnded(...tree.targets) : killed;
    },
    ...options,
  });
  return { sandbox, paths, requests };
}

const SEND_SIGNAL = "/process.Process/SendSignal";
/** What stands in `paths` for the start of a helper that ends process trees. */
export const KILL_TREE = "/process.Process/Start of a helper";

async function treeOf(request: Request): Promise<TreeRequest | undefined> {
  if (!request.url.endsWith("/process.Process/Start")) return undefined;
  return treeRequest(new Uint8Array(await request.arrayBuffer()));
}

/** The answer of a helper that has ended these trees. */
export function treeEnded(...targets: readonly string[]): Response {
  const told = targets.map((target) => printed(`${pidOf(target)} gone\n`));
  return streaming(started(98), ...told, exited(), END);
}

/** A payload behind its flag and length; the length may be a lie. */
export function frame(flags: number, payload: Uint8Array, length: number = payload.length): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(5 + payload.length);
  bytes[0] = flags;
  new DataView(bytes.buffer).setUint32(1, length);
  bytes.set(payload, 5);
  return bytes;
}

function event(event: NonNullable<Parameters<typeof create<typeof StartResponseSchema>>[1]>["event"]): Uint8Array {
  return toBinary(StartResponseSchema, create(StartResponseSchema, { event }));
}

/** The start event. */
export function started(pid: number = 7): Uint8Array<ArrayBuffer> {
  return frame(0, event({ event: { case: "start", value: { pid } } }));
}

/** A piece of stdout. */
export function printed(text: string): Uint8Array<ArrayBuffer> {
  const value = new TextEncoder().encode(text);
  return frame(0, event({ event: { case: "data", value: { output: { case: "stdout", value } } } }));
}

/** The end event. */
export function exited(exitCode: number = 0): Uint8Array<ArrayBuffer> {
  return frame(
    0,
    event({ event: { case: "end", value: { exitCode, exited: true, status: `exit status ${exitCode}` } } }),
  );
}

/** The end event of a process that was killed. */
export const KILLED: Uint8Array<ArrayBuffer> = frame(
  0,
  event({ event: { case: "end", value: { exitCode: -1, status: "signal: killed", error: "signal: killed" } } }),
);

/** The end frame. */
export const END: Uint8Array<ArrayBuffer> = frame(2, new TextEncoder().encode("{}"));

/** An answer with a stream of frames, or of anything. */
export function streaming(...chunks: (Uint8Array<ArrayBuffer> | Promise<Uint8Array<ArrayBuffer>>)[]): Response {
  const rest = chunks.slice();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const chunk = rest.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(await chunk);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": "application/connect+proto" } });
}

/** An answer of a unary call without fields. */
export function empty(): Response {
  return new Response(new Uint8Array(0), { headers: { "content-type": "application/proto" } });
}

/** An answer of `List`. */
export function listed(...pids: number[]): Response {
  const message = create(ListResponseSchema, { processes: pids.map((pid) => ({ pid, config: { cmd: "x" } })) });
  return new Response(new Uint8Array(toBinary(ListResponseSchema, message)), {
    headers: { "content-type": "application/proto" },
  });
}

/** The calls that are made in one round trip each, of every kind that the client knows. */
export const CALLS: Readonly<Record<string, (sandbox: RuntimeClient) => Promise<unknown>>> = {
  "a unary call": ({ commands }) => commands.list(),
  "a stream": ({ commands }) => commands.run(["true"]),
  "a second subscriber": ({ commands }) => commands.connectToProcess(7),
  "a call about files": ({ files }) => files.getInfo("/x"),
  "a download": ({ files }) => files.read("/x"),
  "an upload": ({ files }) => files.write("/x", "text", { user: "root" }),
  "figures": (sandbox) => sandbox.metrics(),
};
