import type { CommandResult } from "../errors/command_result.ts";
import type { Output } from "../process/output.ts";
import { type Bytes, NO_BYTES } from "../streams/bytes.ts";
import { Utf8Decoder } from "../streams/utf8_decoder.ts";

/** What iteration gives: output in the order it arrived, then the end. */
export type OutputEvent =
  | {
    /** The stream it came on. */
    readonly type: "stdout" | "stderr";
    /** The bytes as received. Other readers and the result share them: copy them before you change or transfer them. */
    readonly data: Bytes;
    /** The text that became complete with them; may be "". */
    readonly text: string;
  }
  | {
    /** The process ended. */
    readonly type: "exit";
    /** How. A code other than 0 is no error here. */
    readonly result: CommandResult;
  };

/** Output and end of a process as events. Leaving the loop leaves the process alone. */
export async function* outputEvents(output: Output, outcome: Promise<CommandResult>): AsyncGenerator<OutputEvent> {
  const queue = output.subscribe();
  const decoders = { stdout: new Utf8Decoder(), stderr: new Utf8Decoder() };
  try {
    for (let chunk = await queue.next(); chunk !== undefined; chunk = await queue.next()) {
      yield { type: chunk.channel, data: chunk.data, text: decoders[chunk.channel].decode(chunk.data) };
    }
    for (const type of ["stdout", "stderr"] as const) {
      const text = decoders[type].flush();
      if (text !== "") yield { type, data: NO_BYTES, text };
    }
    yield { type: "exit", result: await outcome };
  } finally {
    queue.cancel();
  }
}
