import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { type LocalRuntime, startLocalRuntime } from "../../../src/local/mod.ts";
import { readFrames, toReceived } from "./answer.ts";
import { maskLike, toComparable, VARIES } from "./comparable.ts";
import { Exchange, type RawResponse } from "./exchange.ts";
import { Machine, maySwitch } from "./machine.ts";
import { at, type Case, type Json, type Received, replaceAt, type Step, type Wait } from "./recording.ts";
import { type Placement, toRequest } from "./request.ts";
import { signedHere } from "./signatures.ts";

/** The search path of the recorded daemon. */
const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** How a case is compared. */
export interface PlayOptions {
  readonly version: "0.2.10" | "0.6.13";
  /** Whether error texts count: those of the daemon's RPC library do not. */
  readonly compareTexts: boolean;
}

/** Sends the requests of a case to a fresh runtime and compares what it answers. */
export async function play(recorded: Case, options: PlayOptions): Promise<void> {
  await using machine = await Machine.create();
  await using runtime = await startLocalRuntime({
    version: options.version,
    token: recorded.token ?? "",
    home: `${machine.root}/root`,
    accounts: machine.accounts(),
    // Only where commands depend on it: `/envs` shows it.
    envs: recorded.name.startsWith("process-") ? { PATH: SEARCH_PATH } : {},
  });
  const player = new Player(recorded, machine, runtime, options);
  try {
    await player.run();
  } finally {
    await player.close();
  }
}

class Player {
  readonly #case: Case;
  readonly #machine: Machine;
  readonly #port: number;
  readonly #options: PlayOptions;
  /** By step. */
  readonly #exchanges: Map<number, Exchange> = new Map();
  /** What was captured: the recorded value and that of this run. */
  readonly #captured: Map<string, { recorded: Json; here: Json }> = new Map();

  constructor(recorded: Case, machine: Machine, runtime: LocalRuntime, options: PlayOptions) {
    this.#case = recorded;
    this.#machine = machine;
    this.#port = Number(new URL(runtime.url).port);
    this.#options = options;
  }

  async run(): Promise<void> {
    for (const [index, step] of this.#case.steps.entries()) {
      await this.#wait(step.wait ?? {});
      if (step.abort !== undefined) await this.#exchanges.get(step.abort)?.abort();
      if (!step.send) continue;
      const request = toRequest(step.send, this.#placement());
      const path = signedHere(step.send.path, request.path, this.#case.token ?? null);
      const exchange = await Exchange.open(this.#port, { ...request, path });
      this.#exchanges.set(index, exchange);
      if (step.background) await exchange.until((response) => framesOf(response, step).length > 0);
      else await this.#compare(index);
      this.#capture(step, exchange);
    }
    for (const [index, step] of this.#case.steps.entries()) {
      if (step.background) await this.#compare(index);
    }
  }

  async close(): Promise<void> {
    for (const exchange of this.#exchanges.values()) await exchange.abort();
  }

  async #wait({ ms, step, stream, includes, end }: Wait): Promise<void> {
    if (ms !== undefined) await new Promise((resolve) => setTimeout(resolve, ms));
    if (step === undefined) return;
    const exchange = this.#exchanges.get(step)!;
    if (end) await exchange.response();
    else await exchange.until((response) => outputOf(response, this.#case.steps[step]!, stream!).includes(includes!));
  }

  #capture(step: Step, exchange: Exchange): void {
    for (const [name, pointer] of Object.entries(step.capture ?? {})) {
      const here = at({ receive: toReceived(exchange.soFar()!, step.send!.path, step.receive!) }, pointer);
      this.#captured.set(name, { recorded: at(step, pointer), here });
    }
  }

  async #compare(index: number): Promise<void> {
    const step = this.#case.steps[index]!;
    const exchange = this.#exchanges.get(index)!;
    const raw = await exchange.response();
    const where = `step ${index}: ${step.send!.method} ${step.send!.path}`;
    if (step.role) {
      assertEquals(raw.status, step.receive!.status, `${where}: ${Buffer.from(raw.body)}`);
      return;
    }
    const received = toReceived(raw, step.send!.path, step.receive!);
    const expected = toComparable(this.#expected(step));
    const actual = maskLike(this.#fromHere(toComparable(received)), expected);
    assertEquals(actual, expected, where);
  }

  /** The recorded answer with what varies masked and what was captured put in. */
  #expected(step: Step): Received {
    let masked: Json = step;
    for (const pointer of [...step.varies ?? [], ...this.#alsoVaries()]) masked = replaceAt(masked, pointer, VARIES);
    return mapValues(masked.receive, (value) => {
      for (const { recorded, here } of this.#captured.values()) {
        if (value === recorded) return here;
        if (typeof value === "string") value = value.replaceAll(new RegExp(`\\b${recorded}\\b`, "g"), String(here));
      }
      return value;
    });
  }

  #alsoVaries(): string[] {
    const pointers: string[] = [];
    if (!this.#options.compareTexts) {
      pointers.push("/receive/body/json/message", "/receive/body/frames/*/json/error/message");
    }
    if (!maySwitch) {
      for (const entry of ["entry", "entries/*"]) {
        for (const codec of ["json", "proto"]) {
          pointers.push(`/receive/body/${codec}/${entry}/owner`, `/receive/body/${codec}/${entry}/group`);
        }
      }
    }
    return pointers;
  }

  #fromHere(value: Json): Json {
    return mapValues(value, (item) => typeof item === "string" ? this.#machine.fromHere(item) : item);
  }

  #placement(): Placement {
    const value = (name: string) => this.#captured.get(name)?.here;
    return {
      value,
      text: (text) => this.#machine.toHere(text).replace(/\$\{(\w+)\}/g, (whole, name) => value(name) ?? whole),
    };
  }
}

function framesOf(response: RawResponse, step: Step): Json[] {
  return readFrames(Buffer.from(response.body), response.headers["content-type"] ?? "", step.send!.path);
}

function outputOf(response: RawResponse, step: Step, stream: string): string {
  const parts = framesOf(response, step).map((frame) => (frame.json ?? frame.proto)?.event?.data?.[stream] ?? "");
  return Buffer.concat(parts.map((part) => Buffer.from(part, "base64"))).toString();
}

function mapValues(value: Json, map: (value: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((item) => mapValues(item, map));
  if (value === null || typeof value !== "object") return map(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapValues(item, map)]));
}
