import {
  CreateWatcherRequest,
  CreateWatcherResponse,
  type EntryInfo as EntryMessage,
  EventType,
  type FilesystemEvent as EventMessage,
  FileType,
  GetWatcherEventsRequest,
  GetWatcherEventsResponse,
  ListDirRequest,
  ListDirResponse,
  MakeDirRequest,
  MakeDirResponse,
  MoveRequest,
  MoveResponse,
  RemoveRequest,
  RemoveResponse,
  RemoveWatcherRequest,
  RemoveWatcherResponse,
  StatRequest,
  StatResponse,
  WatchDirRequest,
  WatchDirResponse as WatchMessage,
} from "../../gen/codec/filesystem/filesystem.ts";
import {
  CloseStdinRequest,
  CloseStdinResponse,
  ConnectRequest,
  ConnectResponse,
  ListRequest,
  ListResponse,
  SendInputRequest,
  SendInputResponse,
  SendSignalRequest,
  SendSignalResponse,
  StartRequest,
  StartResponse,
  UpdateRequest,
  UpdateResponse,
} from "../../gen/codec/process/process.ts";
import type { Decoder, Encoder } from "./codec.ts";
import { dataEvent } from "./data_event.ts";
import type { Fetcher } from "./fetcher.ts";
import { type MessageStream, type RpcCall, type StreamOptions, Transport } from "./transport.ts";

export { type EntryMessage, type EventMessage, EventType, FileType, type WatchDirRequest, type WatchMessage };

/** A call with one answer. The signal cuts it. */
type Unary<I, O> = (message: I, call: RpcCall, signal?: AbortSignal) => Promise<O>;

/** A call that is answered by messages, the first of which is yet to come. */
type Streaming<I, O> = (message: I, call: RpcCall, options: StreamOptions) => Promise<MessageStream<O>>;

/** The two services of the daemon, typed, over one transport. */
export interface Rpc {
  readonly process: {
    readonly list: Unary<ListRequest, ListResponse>;
    readonly start: Streaming<StartRequest, StartResponse>;
    readonly connect: Streaming<ConnectRequest, ConnectResponse>;
    readonly sendInput: Unary<SendInputRequest, SendInputResponse>;
    readonly sendSignal: Unary<SendSignalRequest, SendSignalResponse>;
    readonly closeStdin: Unary<CloseStdinRequest, CloseStdinResponse>;
    readonly update: Unary<UpdateRequest, UpdateResponse>;
  };
  readonly filesystem: {
    readonly stat: Unary<StatRequest, StatResponse>;
    readonly listDir: Unary<ListDirRequest, ListDirResponse>;
    readonly makeDir: Unary<MakeDirRequest, MakeDirResponse>;
    readonly move: Unary<MoveRequest, MoveResponse>;
    readonly remove: Unary<RemoveRequest, RemoveResponse>;
    readonly watchDir: Streaming<WatchDirRequest, WatchMessage>;
    readonly createWatcher: Unary<CreateWatcherRequest, CreateWatcherResponse>;
    readonly getWatcherEvents: Unary<GetWatcherEventsRequest, GetWatcherEventsResponse>;
    readonly removeWatcher: Unary<RemoveWatcherRequest, RemoveWatcherResponse>;
  };
}

/** Makes the clients of both services. */
export function createRpc(fetcher: Fetcher, maxFrameBytes: number): Rpc {
  const transport = new Transport(fetcher, maxFrameBytes);

  function unary<I, O>(
    path: string,
    request: Encoder<I>,
    response: Decoder<O>,
    repeat: "idempotent" | "if-nothing-ran" = "if-nothing-ran",
  ): Unary<I, O> {
    const method = { path, request, response, repeat };
    return (message, call, signal) => transport.unary(method, message, call, signal);
  }

  /** Twice is the same as once, so it may be sent again where it may have run. */
  function idempotent<I, O>(path: string, request: Encoder<I>, response: Decoder<O>): Unary<I, O> {
    return unary(path, request, response, "idempotent");
  }

  function streaming<I, O>(path: string, request: Encoder<I>, response: Decoder<O>): Streaming<I, O> {
    const method = { path, request, response };
    return (message, call, options) => transport.stream(method, message, call, options);
  }

  return {
    process: {
      list: idempotent("process.Process/List", ListRequest, ListResponse),
      start: streaming("process.Process/Start", StartRequest, { ...StartResponse, quick: dataEvent }),
      connect: streaming("process.Process/Connect", ConnectRequest, { ...ConnectResponse, quick: dataEvent }),
      sendInput: unary("process.Process/SendInput", SendInputRequest, SendInputResponse),
      sendSignal: unary("process.Process/SendSignal", SendSignalRequest, SendSignalResponse),
      closeStdin: unary("process.Process/CloseStdin", CloseStdinRequest, CloseStdinResponse),
      update: idempotent("process.Process/Update", UpdateRequest, UpdateResponse),
    },
    filesystem: {
      stat: idempotent("filesystem.Filesystem/Stat", StatRequest, StatResponse),
      listDir: idempotent("filesystem.Filesystem/ListDir", ListDirRequest, ListDirResponse),
      makeDir: unary("filesystem.Filesystem/MakeDir", MakeDirRequest, MakeDirResponse),
      move: unary("filesystem.Filesystem/Move", MoveRequest, MoveResponse),
      remove: idempotent("filesystem.Filesystem/Remove", RemoveRequest, RemoveResponse),
      watchDir: streaming("filesystem.Filesystem/WatchDir", WatchDirRequest, WatchMessage),
      createWatcher: unary("filesystem.Filesystem/CreateWatcher", CreateWatcherRequest, CreateWatcherResponse),
      // It takes the events away: what is lost on the way back is lost.
      getWatcherEvents: unary(
        "filesystem.Filesystem/GetWatcherEvents",
        GetWatcherEventsRequest,
        GetWatcherEventsResponse,
      ),
      removeWatcher: idempotent("filesystem.Filesystem/RemoveWatcher", RemoveWatcherRequest, RemoveWatcherResponse),
    },
  };
}
