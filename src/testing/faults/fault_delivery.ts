import type { Socket } from "node:net";
import { contentMark, frameMark, type Mark, wireMark } from "./fault_marks.ts";
import type { FaultPlan } from "./fault_plan.ts";
import type { Part } from "./http_framing.ts";
import { pause } from "./pause.ts";
import { written } from "./sockets.ts";

/** A throttled answer goes over in so many pieces a second. */
const PIECES_PER_SECOND = 20;
/** The pause behind a byte that goes over by itself. */
const SPLIT_MS = 1;
/** What was sent before a reset is read in this time. */
const BEFORE_RESET_MS = 10;

/** How an answer's connection goes on. */
export type Ending = "open" | "close" | "reset";

/** Passes the parts of one answer on to the client, as a plan has it. */
export class Delivery {
  readonly #client: Socket;
  readonly #plan: FaultPlan;
  readonly #signal: AbortSignal;
  readonly #strike: () => void;
  readonly #end: Mark | undefined;
  readonly #stall: Mark | undefined;

  /** The signal ends the pauses; `strike` is called whenever the plan changes something. */
  constructor(client: Socket, plan: FaultPlan, signal: AbortSignal, strike: () => void) {
    this.#client = client;
    this.#plan = plan;
    this.#signal = signal;
    this.#strike = strike;
    const mark = plan.count === "wire" ? wireMark : contentMark;
    const bytes = plan.cutAfterBytes ?? plan.resetAfterBytes;
    if (bytes !== undefined) this.#end = mark(bytes);
    if (plan.cutAtFrame !== undefined) this.#end = frameMark(plan.cutAtFrame);
    if (plan.stallMs !== undefined) {
      this.#stall = plan.stallAfterBytes === undefined ? wireMark(0) : mark(plan.stallAfterBytes);
    }
  }

  /** Passes a part on, and tells how the connection goes on. */
  async pass(part: Part): Promise<Ending> {
    const end = this.#end?.find(part);
    const stall = this.#stall?.find(part);
    const bytes = part.bytes.subarray(0, end);
    // Where both lie at one place, the pause comes first.
    if (stall !== undefined && stall <= bytes.byteLength) {
      await this.#send(bytes.subarray(0, stall));
      this.#strike();
      await pause(this.#plan.stallMs!, this.#signal);
      await this.#send(bytes.subarray(stall));
    } else {
      await this.#send(bytes);
    }
    if (end === undefined) return part.last && this.#plan.closeAfter ? this.#ended("close") : "open";
    if (this.#plan.resetAfterBytes === undefined) return this.#ended("close");
    // Otherwise a receiver may lose what came before it, or, as Node's does, take both together for an orderly end.
    await pause(BEFORE_RESET_MS, this.#signal);
    return this.#ended("reset");
  }

  #ended(ending: Ending): Ending {
    this.#strike();
    return ending;
  }

  async #send(bytes: Uint8Array): Promise<void> {
    const { bytesPerSecond, splitWrites } = this.#plan;
    if (bytes.byteLength === 0) return;
    if (bytesPerSecond === undefined && !splitWrites) return await written(this.#client, bytes);
    this.#strike();
    const step = bytesPerSecond === undefined
      ? bytes.byteLength
      : Math.max(1, Math.floor(bytesPerSecond / PIECES_PER_SECOND));
    for (let at = 0; at < bytes.byteLength; at += step) {
      const piece = bytes.subarray(at, at + step);
      if (splitWrites) await this.#sendSplit(piece);
      else await written(this.#client, piece);
      if (bytesPerSecond !== undefined) {
        await pause(piece.byteLength / bytesPerSecond * 1000, this.#signal);
      }
    }
  }

  async #sendSplit(bytes: Uint8Array): Promise<void> {
    for (let i = 0; i < bytes.byteLength; i++) {
      await written(this.#client, bytes.subarray(i, i + 1));
      // Otherwise most of them are read together. A turn of the event loop is not enough: Deno polls no socket in it.
      await pause(SPLIT_MS, this.#signal);
    }
  }
}
