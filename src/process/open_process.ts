import type { CallOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import type { RpcCall } from "../connection/transport.ts";
import { endTree } from "./end_tree.ts";
import type { StreamRequest } from "./event_stream.ts";
import { openStream } from "./open_stream.ts";
import type { ProcessStream } from "./process_stream.ts";

/**
 * Opens a stream and waits for its start event, as long as the request may take. A process that starts after its
 * stream was given up is ended with all that it has started (`Start`), or left alone (`Connect`).
 */
export function openProcess(
  connection: Connection,
  call: RpcCall,
  request: StreamRequest,
  options: CallOptions,
): Promise<ProcessStream> {
  const end = async (pid: number) => {
    if ("start" in request) await endTree(connection, pid);
  };
  return openStream(connection, call, request, options, end);
}
