import { create, toBinary } from "@bufbuild/protobuf";
import { ListResponseSchema, StartResponseSchema } from "../../gen/process/process_pb.ts";
import { RuntimeClient, type RuntimeClientOptions } from "../../mod.ts";

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
      paths.push(pathname);
      return await reply(pathname, request);
    },
    ...options,
  });
  return { sandbox, paths, requests };
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
