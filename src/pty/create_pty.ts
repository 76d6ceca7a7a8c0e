import type { Connection } from "../connection/connection.ts";
import type { InputQueue } from "../process/input_queue.ts";
import type { Pty } from "./pty.ts";

/** Makes the terminals of a client. Their code is loaded when the first is opened. */
export function createPty(connection: Connection, input: InputQueue): Pty {
  return {
    create: async (options) => await (await import("./terminals.ts")).create(connection, input, options),
    connect: async (target, options = {}) =>
      await (await import("./terminals.ts")).connect(connection, input, target, options),
  };
}
