import type { Connection } from "../connection/connection.ts";
import { checkPort, portPath } from "./port_path.ts";

/** The URL of a path of a port, for what cannot send headers. */
export function bareUrl(connection: Connection, port: number, input: string = "/"): string {
  checkPort(port);
  if (typeof input !== "string") throw new TypeError(`Cannot use a ${typeof input} as path: pass a string`);
  const { path, hash } = portPath(connection, port, input);
  return connection.ports.endpoint(port, path).bareUrl + path + hash;
}
