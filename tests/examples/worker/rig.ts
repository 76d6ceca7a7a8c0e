import { assertEquals } from "@std/assert";
import type { RuntimeClient } from "../../../mod.ts";
import { readEvents, type Sse } from "./sse.ts";
import type { Relay } from "./relay.ts";

/** The Workers that run the example, each with variables of its own. */
export const WORKERS = ["main", "unsignalled", "relayed", "stranger", "closed", "unconfigured"] as const;

/** One of them. */
export type WorkerName = typeof WORKERS[number];

/** A test of the Worker. */
export interface WorkerCase {
  readonly name: string;
  run(rig: Rig): Promise<void>;
}

/** How to ask. */
export interface Asking extends RequestInit {
  /** Whom; absent: the main one. */
  readonly worker?: WorkerName;
  /** The value of the `Authorization` header; absent: the right one. */
  readonly authorization?: string;
}

/** An event as its receiver sees it. */
export interface Told {
  readonly name: string;
  // deno-lint-ignore no-explicit-any -- whatever the Worker says
  readonly data: any;
}

/** What the tests have: the Workers, the sandbox behind them, and all that was said. */
export class Rig {
  /** What callers present. */
  readonly callerToken: string = `caller-${crypto.randomUUID()}`;
  /** The sandbox itself. */
  readonly sandbox: RuntimeClient;
  /** Between the Worker `relayed` and the sandbox. */
  readonly relay: Relay;
  readonly #urls = new Map<WorkerName, string>();
  // A connection whose body was refused before its end is closed, and must not be taken for the next request.
  readonly #client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
  /** Everything the Workers answered, but the content of files. */
  said = "";

  constructor(sandbox: RuntimeClient, relay: Relay) {
    this.sandbox = sandbox;
    this.relay = relay;
  }

  /** Tells where the Workers are. */
  found(urls: readonly string[]): void {
    for (const [i, name] of WORKERS.entries()) this.#urls.set(name, urls[i]!);
  }

  /** Where a Worker listens. */
  addressOf(worker: WorkerName): { readonly hostname: string; readonly port: number } {
    const { hostname, port } = new URL(this.#urls.get(worker)!);
    return { hostname, port: Number(port) };
  }

  /** Sends a request. */
  async ask(path: string, { worker = "main", authorization, ...init }: Asking = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", authorization ?? `Bearer ${this.callerToken}`);
    return await fetch(this.#urls.get(worker) + path, { ...init, headers, client: this.#client });
  }

  /** Sends a request, and reads the answer as JSON. */
  // deno-lint-ignore no-explicit-any -- whatever the Worker says
  async json(path: string, asking: Asking = {}): Promise<{ readonly response: Response; readonly body: any }> {
    const response = await this.ask(path, asking);
    const text = await response.text();
    this.said += `${JSON.stringify([...response.headers])}\n${text}\n`;
    return { response, body: JSON.parse(text) };
  }

  /** Starts a tool call, and follows what it tells. */
  async run(call: unknown, asking: Asking = {}): Promise<Run> {
    const caller = new AbortController();
    const body = JSON.stringify(call);
    const response = await this.ask("tools/run", { method: "POST", body, signal: caller.signal, ...asking });
    assertEquals([response.status, response.headers.get("Content-Type")], [200, "text/event-stream"]);
    const run = new Run(response.body!, caller, (text) => this.said += text);
    const { name, data } = await run.next();
    assertEquals([name, Object.keys(data)], ["start", ["pid"]]);
    run.pid = data.pid;
    return run;
  }

  /** Runs a tool call to its end, and sums up what was told. */
  async result(call: unknown): Promise<{ readonly stdout: string; readonly stderr: string; readonly end: Told }> {
    const events = await (await this.run(call)).rest();
    const text = (name: string) => events.filter((event) => event.name === name).map(({ data }) => data.text).join("");
    return { stdout: text("stdout"), stderr: text("stderr"), end: events.at(-1)! };
  }

  /** Ends the connections. */
  [Symbol.dispose](): void {
    this.#client.close();
  }

  /** Waits until a command has ended. */
  async ended(pid: number): Promise<void> {
    await this.until(async () => !(await this.sandbox.commands.list()).some((process) => process.pid === pid));
  }

  /** Waits for something that the sandbox can be asked for. */
  async until(holds: () => Promise<boolean>): Promise<void> {
    const late = performance.now() + 60_000;
    while (!await holds()) if (performance.now() > late) throw new Error("It did not come to pass within 60 s");
  }
}

/** A tool call under way. */
export class Run {
  /** Its process. */
  pid = 0;
  readonly #events: AsyncGenerator<Sse>;
  readonly #caller: AbortController;
  readonly #heard: (text: string) => void;

  constructor(body: ReadableStream<Uint8Array>, caller: AbortController, heard: (text: string) => void) {
    this.#events = readEvents(body);
    this.#caller = caller;
    this.#heard = heard;
  }

  /** The next event that is no comment, or no other. */
  async next(wanted: "event" | "comment" = "event"): Promise<Told> {
    while (true) {
      const { value, done } = await this.#events.next();
      if (done) return { name: "end of the stream", data: undefined };
      this.#heard(JSON.stringify(value));
      if ("comment" in value) {
        if (wanted === "comment") return { name: "", data: value.comment };
      } else if (wanted === "event") {
        return { name: value.name, data: JSON.parse(value.data) };
      }
    }
  }

  /** All events that are left. */
  async rest(): Promise<Told[]> {
    const events: Told[] = [];
    for (let event = await this.next(); event.data !== undefined; event = await this.next()) events.push(event);
    return events;
  }

  /** The caller hangs up. */
  async leave(): Promise<void> {
    this.#caller.abort();
    await this.#events.return(undefined).catch(() => {});
  }
}
