import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  CreateWatcherResponseSchema,
  EventType,
  FileType,
  GetWatcherEventsResponseSchema,
  StatResponseSchema,
  WatchDirResponseSchema,
} from "../../gen/filesystem/filesystem_pb.ts";
import type { Filesystem } from "../../src/files/filesystem.ts";
import type { RuntimeClientOptions } from "../../src/options.ts";
import { end, frame } from "../connection/frames.ts";
import { fakeFiles, rpcAnswer, rpcError } from "./tools.ts";

export { EventType };

/** What the daemon tells of one event: its type and name. */
export type Told = readonly [type: EventType, name: string];

/** A `WatchDir` stream that the test writes by hand. */
export class FakeWatch {
  /** Whether the client has closed the connection. */
  isCut = false;
  readonly response: Response;
  readonly headers: Headers;
  readonly #controller: ReadableStreamDefaultController<Uint8Array>;

  constructor(headers: Headers, signal: AbortSignal | null | undefined) {
    this.headers = headers;
    let controller: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({ start: (own) => void (controller = own) });
    this.#controller = controller!;
    this.response = new Response(body, { headers: { "content-type": "application/connect+proto" } });
    signal?.addEventListener("abort", () => {
      this.isCut = true;
      this.#controller.error(signal.reason);
    });
  }

  /** How many chunks were not taken yet. */
  get unread(): number {
    return 1 - this.#controller.desiredSize!;
  }

  start(): this {
    return this.message({ case: "start", value: {} });
  }

  ping(): this {
    return this.message({ case: "keepalive", value: {} });
  }

  tell(...events: Told[]): this {
    for (const [type, name] of events) this.message({ case: "filesystem", value: { type, name } });
    return this;
  }

  message(event: MessageInitShape<typeof WatchDirResponseSchema>["event"] & object): this {
    const message = create(WatchDirResponseSchema, { event });
    this.#controller.enqueue(frame(0, toBinary(WatchDirResponseSchema, message)));
    return this;
  }

  /** Ends it, with an error where one is given. */
  end(code?: string, message?: string): this {
    this.#controller.enqueue(end(code === undefined ? {} : { error: { code, message } }));
    this.#controller.close();
    return this;
  }

  /** The connection breaks. */
  break(): void {
    this.#controller.error(new TypeError("connection reset"));
  }
}

/** A daemon of which a test decides what it says of directories. */
export class WatchDaemon {
  readonly files: Filesystem;
  readonly calls: string[] = [];
  readonly watches: FakeWatch[] = [];
  /** What the next questions for events are answered with; then there are none. */
  readonly told: (readonly Told[] | Response | Error | Promise<Response>)[] = [];
  /** Answers in place of the daemon where it gives something. */
  onCall: (method: string) => Response | Promise<Response | undefined> | undefined = () => undefined;
  /** Called with each stream before its headers go out. */
  onWatch: (watch: FakeWatch) => void = (watch) => void watch.start();
  homePath = "/home/user";

  constructor(options: RuntimeClientOptions = {}) {
    this.files = fakeFiles(async ({ url, headers, signal }) => {
      const method = url.pathname.split("/").at(-1)!;
      this.calls.push(method);
      const answer = await this.onCall(method);
      if (answer !== undefined) return answer;
      signal?.throwIfAborted();
      switch (method) {
        case "WatchDir": {
          const watch = new FakeWatch(headers, signal);
          this.watches.push(watch);
          this.onWatch(watch);
          return watch.response;
        }
        case "CreateWatcher":
          return rpcAnswer(
            toBinary(CreateWatcherResponseSchema, create(CreateWatcherResponseSchema, { watcherId: ID })),
          );
        case "GetWatcherEvents":
          return await this.#events();
        case "RemoveWatcher":
          return rpcAnswer(new Uint8Array(0));
        case "Stat": {
          const entry = { name: "x", path: this.homePath, type: FileType.DIRECTORY, permissions: "drwxr-xr-x" };
          return rpcAnswer(toBinary(StatResponseSchema, create(StatResponseSchema, { entry })));
        }
        default:
          throw new Error(`unexpected ${method}`);
      }
    }, { retry: false, ...options }).files;
  }

  async #events(): Promise<Response> {
    const next = await this.told.shift() ?? [];
    if (next instanceof Error) throw next;
    if (next instanceof Response) return next;
    const events = (next as readonly Told[]).map(([type, name]) => ({ type, name }));
    return rpcAnswer(toBinary(GetWatcherEventsResponseSchema, create(GetWatcherEventsResponseSchema, { events })));
  }
}

/** The id of every watcher. */
export const ID = "w0123456789abcdefghij";

/** What is said of a watcher that is unknown. */
export function unknownWatcher(): Response {
  return rpcError(404, "not_found", `watcher with id ${ID} not found`);
}
