import type { Connection } from "../connection/connection.ts";
import { openWebSocket } from "../connection/open_web_socket.ts";
import { UnsupportedError } from "../errors/unsupported_error.ts";
import { checkPort } from "./port_path.ts";
import { bareUrl } from "./port_url.ts";

/** Opens the platform's WebSocket to a port. It takes no headers, so the gateway must want none. */
export function webSocket(
  connection: Connection,
  port: number,
  path: string | undefined,
  protocols: string | readonly string[] | undefined,
): WebSocket {
  checkPort(port);
  const url = bareUrl(connection, port, path).replace(/^http/, "ws").split("#", 1)[0]!;
  const unsupported = (why: string, hint: string) =>
    new UnsupportedError(`Cannot open a WebSocket to port ${port}: ${why}`, {
      code: "unsupported",
      sandboxId: connection.options.sandboxId,
      hint,
    });
  if (connection.ports.provesItself(port)) {
    throw unsupported(
      "it cannot carry the headers with the tokens",
      "Use a WebSocket library that sends headers, with ports.url and ports.headers",
    );
  }
  const socket = openWebSocket(url, protocols);
  if (socket !== undefined) return socket;
  throw unsupported(
    "this runtime has no WebSocket",
    "Node has it from 22 on; or use a library, with ports.url and ports.headers",
  );
}
