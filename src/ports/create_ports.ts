import type { Connection } from "../connection/connection.ts";
import { fetchPort } from "./fetch_port.ts";
import { checkPort } from "./port_path.ts";
import { bareUrl } from "./port_url.ts";
import type { Ports } from "./ports.ts";
import { waitForPort } from "./wait_for_port.ts";
import { webSocket } from "./web_socket.ts";

/** The ports of the sandbox at the other end of a connection. */
export function createPorts(connection: Connection): Ports {
  return {
    url: (port, path) => bareUrl(connection, port, path),
    headers: async (port) => await connection.ports.headers(checkPort(port)),
    fetch: (port, input, init) => fetchPort(connection, port, input, init),
    fetcher(port) {
      checkPort(port);
      return (input, init) => fetchPort(connection, port, input, init);
    },
    webSocket: (port, path, protocols) => webSocket(connection, port, path, protocols),
    waitFor: (port, options = {}) => waitForPort(connection, port, options),
  };
}
