import { asBytes, type Bytes } from "../../../streams/bytes.ts";
import { describe, type InputData } from "../../../streams/input_data.ts";
import { openSource, type Source } from "../../../streams/source.ts";
import { CHANNEL, frame, STDIN_BYTES } from "./channels.ts";

/** The input of a command on its way. */
export interface StdinPort {
  /** Sends a message; resolves when there is room. */
  send(message: Bytes): Promise<void>;
  /** Ends the input. Rejects with an `UnsupportedError` where that cannot be done. */
  end(): Promise<void>;
  /** The command cannot go on, for its input is not whole. */
  fail(error: unknown): void;
  /** Rejects with why nothing can be sent any more. */
  readonly over: Promise<never>;
}

/** The input as a web stream. It errors when the command has ended. */
export function stdinStream(port: StdinPort): WritableStream<Uint8Array | string> {
  return new WritableStream<Uint8Array | string>({
    start(controller) {
      port.over.catch((error) => controller.error(error));
    },
    async write(chunk) {
      await sendAll(port, bytesOf(chunk));
    },
    close: () => port.end(),
    abort: (reason) => port.fail(reason ?? new DOMException("The standard input was aborted", "AbortError")),
  });
}

/** The input of a command that has none open. */
export function closedStdin(): WritableStream<Uint8Array | string> {
  return new WritableStream<Uint8Array | string>({
    start(controller) {
      controller.error(new TypeError("Cannot write to the standard input: it is not open, pass stdin: true to exec"));
    },
  });
}

/**
 * Feeds data to the input, then ends it. What the command does not want is given up; data that cannot be read ends it.
 */
export async function feedStdin(port: StdinPort, data: InputData): Promise<void> {
  let source: Source;
  try {
    source = openSource(data);
  } catch (error) {
    return port.fail(error);
  }
  port.over.catch((error) => source.cancel(error));
  while (true) {
    let piece: Bytes | undefined;
    try {
      piece = await source.next();
    } catch (error) {
      return port.fail(error);
    }
    try {
      if (piece === undefined) return await port.end();
      await sendAll(port, piece);
    } catch (error) {
      // The connection has ended: what came over it tells how.
      return source.cancel(error);
    }
  }
}

async function sendAll(port: StdinPort, data: Bytes): Promise<void> {
  for (let at = 0; at < data.byteLength; at += STDIN_BYTES) {
    await port.send(frame(CHANNEL.stdin, data.subarray(at, at + STDIN_BYTES)));
  }
}

function bytesOf(chunk: unknown): Bytes {
  if (typeof chunk === "string") return new TextEncoder().encode(chunk);
  if (ArrayBuffer.isView(chunk)) return asBytes(chunk);
  throw new TypeError(`Cannot write ${describe(chunk)} to a command: write a string or a Uint8Array`);
}
