import { Buffer } from "node:buffer";
import type { Client } from "@connectrpc/connect";
import type { Process, ProcessEvent } from "../../gen/process/process_pb.ts";
import { script, startedPid } from "./process_client.ts";

type Events = AsyncIterator<{ event?: ProcessEvent | undefined }>;

/** What a terminal has shown, and how it ended. */
export interface Shown {
  readonly text: string;
  /** The largest piece. */
  readonly largest: number;
  readonly bytes: number;
  readonly status: string | undefined;
}

/** A terminal of a plain client: a script in it, of 80 by 24 where nothing else is said. */
export class RawTerminal {
  readonly pid: number;
  readonly #client: Client<typeof Process>;
  readonly #events: Events;
  #shown = "";
  #largest = 0;
  #bytes = 0;

  static async open(
    client: Client<typeof Process>,
    text: string,
    pty: { size?: { cols: number; rows: number } } = { size: { cols: 80, rows: 24 } },
    headers: Record<string, string> = {},
  ): Promise<RawTerminal> {
    const events = client.start({ ...script(text), pty }, { headers })[Symbol.asyncIterator]();
    return new RawTerminal(client, events, await startedPid(events));
  }

  private constructor(client: Client<typeof Process>, events: Events, pid: number) {
    this.#client = client;
    this.#events = events;
    this.pid = pid;
  }

  /** Reads until a text was shown, and gives all that was. */
  async sees(text: string): Promise<string> {
    while (!this.#shown.includes(text)) {
      if (await this.#next() !== undefined) throw new Error(`it ended behind ${JSON.stringify(this.#shown)}`);
    }
    return this.#shown;
  }

  /** Reads to the end. */
  async rest(): Promise<Shown> {
    let status: string | undefined;
    while ((status = await this.#next()) === undefined);
    await this.#events.next();
    return { text: this.#shown, largest: this.#largest, bytes: this.#bytes, status };
  }

  async types(text: string): Promise<void> {
    const value = new TextEncoder().encode(text);
    await this.#client.sendInput({ process: this.#process, input: { input: { case: "pty", value } } });
  }

  async resize(size: { cols: number; rows: number } | undefined): Promise<void> {
    await this.#client.update({ process: this.#process, pty: size === undefined ? {} : { size } });
  }

  get #process() {
    return { selector: { case: "pid", value: this.pid } } as const;
  }

  /** The status at the end. */
  async #next(): Promise<string | undefined> {
    const { done, value } = await this.#events.next();
    if (done) throw new Error("the stream has no end event");
    const event = value.event?.event;
    if (event?.case === "end") return event.value.status;
    if (event?.case === "data" && event.value.output.case === "pty") {
      const data = event.value.output.value;
      this.#shown += Buffer.from(data).toString("latin1");
      this.#largest = Math.max(this.#largest, data.length);
      this.#bytes += data.length;
    }
    return undefined;
  }
}
