import { sentBytes } from "../connection/sent_bytes.ts";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  CloseStdinRequestSchema,
  CloseStdinResponseSchema,
  ListResponseSchema,
  type ProcessEventSchema,
  SendInputRequestSchema,
  SendInputResponseSchema,
  SendSignalRequestSchema,
  SendSignalResponseSchema,
  StartResponseSchema,
} from "../../gen/process/process_pb.ts";
import { RuntimeClient } from "../../src/client.ts";
import { Connection } from "../../src/connection/connection.ts";
import { type Bytes, concat } from "../../src/streams/bytes.ts";
import { resolveOptions, type RuntimeClientOptions } from "../../src/options.ts";
import { pidOf, type TreeRequest, treeRequest } from "./tree_helper.ts";

type Event = MessageInitShape<typeof ProcessEventSchema>;

/** A stream that the test writes by hand. */
export class FakeStream {
  /** Whether the client has closed the connection. */
  cancelled = false;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;
  #held: Bytes[] | undefined;
  readonly response: Response;

  constructor(signal: AbortSignal | null | undefined) {
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: (own) => void (controller = own),
      cancel: () => void (this.cancelled = true),
    });
    this.#controller = controller!;
    this.response = new Response(body, { headers: { "content-type": "application/connect+proto" } });
    signal?.addEventListener("abort", () => {
      this.cancelled = true;
      this.#controller.error(signal.reason);
    });
  }

  /** How many of the chunks were not taken yet. */
  get unread(): number {
    return 1 - this.#controller.desiredSize!;
  }

  start(pid: number): this {
    return this.send({ event: { case: "start", value: { pid } } });
  }

  stdout(data: string | Uint8Array): this {
    const value = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return this.send({ event: { case: "data", value: { output: { case: "stdout", value } } } });
  }

  ping(): this {
    return this.send({ event: { case: "keepalive", value: {} } });
  }

  end(exitCode: number = 0): this {
    this.send({ event: { case: "end", value: { exitCode, exited: true, status: `exit status ${exitCode}` } } });
    this.bytes(2, new TextEncoder().encode("{}"));
    this.#controller.close();
    return this;
  }

  cut(): void {
    this.#controller.error(new TypeError("connection reset"));
  }

  send(event: Event): this {
    return this.bytes(0, toBinary(StartResponseSchema, create(StartResponseSchema, { event })));
  }

  /** Sends what `work` does as one chunk. */
  together(work: () => void): this {
    const frames: Bytes[] = this.#held = [];
    work();
    this.#held = undefined;
    this.#controller.enqueue(concat(frames));
    return this;
  }

  bytes(flags: number, data: Uint8Array): this {
    const frame = new Uint8Array(5 + data.byteLength);
    new DataView(frame.buffer).setUint32(1, data.byteLength);
    frame[0] = flags;
    frame.set(data, 5);
    if (this.#held !== undefined) this.#held.push(frame);
    else this.#controller.enqueue(frame);
    return this;
  }
}

/** A daemon whose answers the test decides. */
export class FakeDaemon {
  readonly calls: string[] = [];
  readonly streams: FakeStream[] = [];
  readonly inputs: string[] = [];
  /** The helpers that were started to end process trees; `KillTree` in `calls`, and not in `streams`. */
  readonly trees: TreeRequest[] = [];
  /** What `List` answers: process ids. */
  processes: number[] = [];
  /** Called with the pid of each signal; answers whether there is such a process. */
  onSignal: (pid: number) => boolean = () => true;
  /** Called with each helper that ends trees; ends them as `onSignal` does where the test does not say otherwise. */
  onTree: (tree: TreeRequest, stream: FakeStream) => void | Promise<void> = ({ targets }, stream) => {
    for (const pid of targets.map(pidOf)) stream.stdout(`${pid} ${this.onSignal(pid) ? "gone" : "none"}\n`);
    stream.end();
  };
  /** Called with each stream that is opened, before its headers go out. */
  onStream: (stream: FakeStream, index: number) => void | Promise<void> = () => {};
  /** Called with the name of each call; answers in place of the daemon where it gives something. */
  onCall: (method: string, init: RequestInit | undefined) => Response | void | Promise<Response | void> = () => {};
  /** Whether it can end the input of a process: the pids whose input was ended, or undefined. */
  closed: number[] | undefined;

  readonly fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    let method = new URL(String(input)).pathname.split("/").at(-1)!;
    const tree = method === "Start" ? treeRequest(await sentBytes(init)) : undefined;
    if (tree !== undefined) method = "KillTree";
    this.calls.push(method);
    const answer = await this.onCall(method, init);
    if (answer !== undefined) return answer;
    switch (method) {
      case "KillTree": {
        this.trees.push(tree!);
        const stream = new FakeStream(init?.signal).start(98);
        await this.onTree(tree!, stream);
        return stream.response;
      }
      case "Start":
      case "Connect": {
        const stream = new FakeStream(init?.signal);
        this.streams.push(stream);
        await this.onStream(stream, this.streams.length - 1);
        return stream.response;
      }
      case "List":
        return proto(
          toBinary(
            ListResponseSchema,
            create(ListResponseSchema, { processes: this.processes.map((pid) => ({ pid })) }),
          ),
        );
      case "SendSignal": {
        const { process } = fromBinary(SendSignalRequestSchema, await sentBytes(init));
        return this.onSignal(process!.selector.value as number)
          ? proto(toBinary(SendSignalResponseSchema, create(SendSignalResponseSchema)))
          : notFound();
      }
      case "SendInput": {
        const { input } = fromBinary(SendInputRequestSchema, await sentBytes(init));
        this.inputs.push(new TextDecoder().decode(input!.input.value as Uint8Array));
        return proto(toBinary(SendInputResponseSchema, create(SendInputResponseSchema)));
      }
      case "CloseStdin": {
        if (this.closed === undefined) return unknownCall();
        const { process } = fromBinary(CloseStdinRequestSchema, await sentBytes(init));
        const pid = process!.selector.value as number;
        // The client's probe.
        if (pid === 2 ** 32 - 1) return notFound();
        this.closed.push(pid);
        return proto(toBinary(CloseStdinResponseSchema, create(CloseStdinResponseSchema)));
      }
      default:
        return unknownCall();
    }
  };

  connection(options: RuntimeClientOptions = {}): Connection {
    return new Connection(resolveOptions(this.#options(options)));
  }

  client(options: RuntimeClientOptions = {}): RuntimeClient {
    return new RuntimeClient(this.#options(options));
  }

  #options(options: RuntimeClientOptions): RuntimeClientOptions {
    return { sandboxBaseUrl: "http://daemon.invalid", fetch: this.fetch, retry: false, ...options };
  }
}

function proto(bytes: Uint8Array): Response {
  return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": "application/proto" } });
}

function unknownCall(): Response {
  return new Response("404 page not found\n", { status: 404, headers: { "content-type": "text/plain" } });
}

/** What a daemon answers about a process that it does not have. */
export function notFound(): Response {
  return Response.json({ code: "not_found", message: "process with pid 1 not found" }, { status: 404 });
}

/** What a gateway answers that cannot reach the daemon. */
export function unavailable(): Response {
  return new Response("upstream connect error", { status: 503, headers: { "content-type": "text/plain" } });
}
