import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  SendInputRequestSchema,
  SendInputResponseSchema,
  StartRequestSchema,
  UpdateRequestSchema,
  UpdateResponseSchema,
} from "../../gen/process/process_pb.ts";
import type { PtyCreateOptions, PtyHandle } from "../../mod.ts";
import { sentBytes } from "../connection/sent_bytes.ts";
import { FakeDaemon, type FakeStream } from "../process/fake_daemon.ts";

export const SIZE = { cols: 80, rows: 24 } as const;

/** A daemon with one terminal, process 7, whose input and size are answered when the test says so. */
export class TerminalDaemon extends FakeDaemon {
  /** What was asked for at the start. */
  readonly started: Record<string, unknown>[] = [];
  /** What was typed, by request. */
  readonly typed: Uint8Array[] = [];
  /** Sizes that arrived, as `cols x rows`. */
  readonly sizes: string[] = [];
  /** Answers of requests that wait, in order. */
  readonly waiting: ((answer?: Response) => void)[] = [];
  /** Whether requests wait. */
  holds = false;

  constructor() {
    super();
    this.onStream = (stream) => void stream.start(7);
    this.onCall = async (method, init) => {
      if (method === "Start") {
        const { process, pty, tag } = fromBinary(StartRequestSchema, (await sentBytes(init)).subarray(5));
        this.started.push({ ...process!, size: `${pty?.size?.cols}x${pty?.size?.rows}`, tag });
      }
      if (method === "SendInput") {
        this.typed.push(fromBinary(SendInputRequestSchema, await sentBytes(init)).input!.input.value as Uint8Array);
        return await this.#answer(toBinary(SendInputResponseSchema, create(SendInputResponseSchema)), init);
      }
      if (method === "Update") {
        const { cols, rows } = fromBinary(UpdateRequestSchema, await sentBytes(init)).pty!.size!;
        this.sizes.push(`${cols}x${rows}`);
        return await this.#answer(toBinary(UpdateResponseSchema, create(UpdateResponseSchema)), init);
      }
      return undefined;
    };
  }

  /** The stream of the terminal. */
  get screen(): FakeStream {
    return this.streams[0]!;
  }

  /** Shows something. */
  show(data: string | Uint8Array): void {
    const value = typeof data === "string" ? new TextEncoder().encode(data) : data;
    this.screen.send({ event: { case: "data", value: { output: { case: "pty", value } } } });
  }

  /** Has the process end when it is killed, and gives the process ids that were. */
  endsWhenKilled(): number[] {
    const killed: number[] = [];
    this.onSignal = (pid) => {
      killed.push(pid);
      this.show("last words");
      this.screen.end(137);
      return true;
    };
    return killed;
  }

  /** Opens the terminal. */
  open(options: Partial<PtyCreateOptions> = {}): Promise<PtyHandle> {
    return this.client().pty.create({ ...SIZE, ...options });
  }

  /** Resolves when so many requests wait. */
  async until(requests: number): Promise<void> {
    while (this.waiting.length < requests) await new Promise((resolve) => setTimeout(resolve, 0));
  }

  async #answer(bytes: Uint8Array, init: RequestInit | undefined): Promise<Response> {
    const given = this.holds
      ? await new Promise<Response | undefined>((resolve, reject) => {
        this.waiting.push(resolve);
        init?.signal?.addEventListener("abort", () => reject(init.signal!.reason));
      })
      : undefined;
    return given ??
      new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { "content-type": "application/proto" } });
  }
}
