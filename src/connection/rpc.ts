import { type CallOptions as ConnectCallOptions, type Client, createClient, type Transport } from "@connectrpc/connect";
import { type EntryInfo as EntryMessage, Filesystem, FileType } from "../../gen/filesystem/filesystem_pb.ts";
import { Process } from "../../gen/process/process_pb.ts";
import type { CallOptions } from "./call_options.ts";
import { contextOf, createTransport, type RpcCall } from "./transport.ts";
import type { Fetcher } from "./fetcher.ts";

export { type EntryMessage, FileType };

/** The two services of the daemon, typed, over one transport. */
export interface Rpc {
  readonly transport: Transport;
  readonly process: Client<typeof Process>;
  readonly filesystem: Client<typeof Filesystem>;
}

/** Makes the clients of both services. */
export function createRpc(fetcher: Fetcher, maxFrameBytes: number): Rpc {
  const transport = createTransport(fetcher, maxFrameBytes);
  return { transport, process: createClient(Process, transport), filesystem: createClient(Filesystem, transport) };
}

/** The options that connect's clients take, of a unary call. */
export function unaryOptions(call: RpcCall, { signal }: CallOptions): ConnectCallOptions {
  return { contextValues: contextOf(call), ...(signal && { signal }) };
}
