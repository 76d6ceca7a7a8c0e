import { checkMilliseconds } from "../errors/checks.ts";
import { type ResolvedOptions, resolveView, type ViewOptions } from "../options.ts";
import { Accounts, ALWAYS_THERE } from "./accounts.ts";
import type { CallOptions } from "./call_options.ts";
import { Capabilities } from "./capabilities.ts";
import { type EndpointOf, endpoints } from "./endpoint.ts";
import type { CallContext } from "./error_map/failure.ts";
import { Fetcher } from "./fetcher.ts";
import { PortFetcher } from "./port_fetcher.ts";
import { createRpc, type Rpc } from "./rpc.ts";
import type { RpcCall } from "./transport.ts";

/** Everything a room needs to talk to one sandbox. */
export class Connection {
  /** The options in force. */
  readonly options: ResolvedOptions;
  /** Where the ports are. */
  readonly endpointOf: EndpointOf;
  /** Plain HTTP. */
  readonly fetcher: Fetcher;
  /** Requests to the ports of the sandbox. */
  readonly ports: PortFetcher;
  /** The two services. */
  readonly rpc: Rpc;
  /** Who calls are made as. */
  readonly accounts: Accounts;
  /** What the daemon can do. */
  readonly capabilities: Capabilities;

  /** Connects nothing yet: the first call does. */
  constructor(options: ResolvedOptions, shared?: Connection) {
    this.options = options;
    this.endpointOf = shared?.endpointOf ?? endpoints(options);
    this.fetcher = new Fetcher(options, this.endpointOf, shared?.fetcher);
    this.ports = new PortFetcher(options, this.endpointOf, this.fetcher.tokens);
    this.rpc = createRpc(this.fetcher, options.maxFrameBytes);
    this.accounts = new Accounts(options, shared?.accounts);
    this.capabilities = shared?.capabilities ?? new Capabilities(options.capabilities, {
      closeStdin: (pid, signal) => this.#closeStdin(pid, signal),
      octetStream: (signal) => this.#octetStream(signal),
    });
  }

  /** The same sandbox with some options set differently, sharing what was learned. */
  view(options: ViewOptions): Connection {
    return new Connection(resolveView(this.options, options), this);
  }

  /** What a call is about and how long it may take. */
  call(what: string, subject: "file" | "process", options: CallOptions, authorization?: string): RpcCall {
    return {
      ...this.context(what, subject),
      timeoutMs: this.timeoutMs(options),
      ...(authorization !== undefined && { authorization }),
    };
  }

  async #closeStdin(pid: number, signal: AbortSignal): Promise<void> {
    const call = this.call("probe the daemon for CloseStdin", "process", {});
    await this.rpc.process.closeStdin({ process: { selector: { $case: "pid", value: pid } } }, call, signal);
  }

  /** Without a path nothing is written, whatever the daemon makes of it. Whoever asks has a limit of their own. */
  async #octetStream(signal: AbortSignal): Promise<void> {
    await this.fetcher.send({
      ...this.context("find out how the sandbox takes uploads", "file"),
      operation: "files.probe",
      method: "POST",
      path: `/files?username=${ALWAYS_THERE}`,
      headers: { "content-type": "application/octet-stream" },
      body: Uint8Array.of(0),
      repeat: "idempotent",
      signal,
    }, async (response) => await response.body?.cancel());
  }

  /** What a call is about. */
  context(what: string, subject?: "file" | "process"): CallContext {
    return { what, subject, sandboxId: this.options.sandboxId, mask: (words) => this.fetcher.mask(words) };
  }

  /** The limit of one request. */
  timeoutMs({ requestTimeoutMs }: CallOptions): number {
    if (requestTimeoutMs === undefined) return this.options.requestTimeoutMs;
    return checkMilliseconds("requestTimeoutMs", requestTimeoutMs);
  }
}
