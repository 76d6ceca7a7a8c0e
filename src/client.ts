import { createCommands } from "./commands/create_commands.ts";
import type { Commands } from "./commands/commands.ts";
import type { CallOptions } from "./connection/call_options.ts";
import { Connection } from "./connection/connection.ts";
import { envs, health, metrics, type RuntimeMetrics } from "./connection/runtime_info.ts";
import { createFilesystem } from "./files/create_filesystem.ts";
import type { Filesystem } from "./files/filesystem.ts";
import { createJobs } from "./jobs/create_jobs.ts";
import type { Jobs } from "./jobs/jobs.ts";
import { resolveOptions, type RuntimeClientOptions, type ViewOptions } from "./options.ts";
import { createPorts } from "./ports/create_ports.ts";
import type { Ports } from "./ports/ports.ts";
import { InputQueue } from "./process/input_queue.ts";
import { createPty } from "./pty/create_pty.ts";
import type { Pty } from "./pty/pty.ts";

// Hands an existing connection to the constructor, whose public signature stays the user's.
const CONNECTED: unique symbol = Symbol("connected");

/** What a view takes over from the client it was made of. */
interface Connected {
  readonly [CONNECTED]: { readonly connection: Connection; readonly input: InputQueue };
}

/**
 * A sandbox: its commands and jobs, its terminals, its files and what happens to them, and the servers on its ports.
 *
 * Making one sends nothing; the first call does. It holds no connection open and needs no closing.
 *
 * @example Through a gateway
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const sandbox = new RuntimeClient({
 *   sandboxId: "default--my-sandbox",
 *   domain: "sandbox-gateway.sandbox-system.svc:7788",
 *   runtimeToken: "a token",
 * });
 * assertEquals(sandbox.runtimeUrl, "http://sandbox-gateway.sandbox-system.svc:7788");
 * ```
 */
export class RuntimeClient {
  /** The id the gateway knows the sandbox by. */
  readonly sandboxId: string | undefined;
  /** The URL of the sandbox's daemon. With header routing it is the gateway's. */
  readonly runtimeUrl: string;
  /** Runs commands. */
  readonly commands: Commands;
  /** Moves files and watches directories. */
  readonly files: Filesystem;
  /** Reaches servers in the sandbox. */
  readonly ports: Ports;
  /** Opens terminals. */
  readonly pty: Pty;
  /** Runs commands that outlive their callers. */
  readonly jobs: Jobs;
  readonly #connection: Connection;
  readonly #input: InputQueue;

  /**
   * Makes a client.
   *
   * @param options Where the sandbox is, and as whom to reach it: `domain` and `sandboxId`, or `sandboxBaseUrl`.
   * @throws {TypeError} When it is not clear where the sandbox is, or an option is of the wrong type.
   * @throws {RangeError} When a number is out of range.
   */
  constructor(options: RuntimeClientOptions) {
    const shared = (options as Partial<Connected>)?.[CONNECTED];
    this.#connection = shared?.connection ?? new Connection(resolveOptions(options));
    this.#input = shared?.input ?? new InputQueue();
    this.sandboxId = this.#connection.options.sandboxId;
    this.runtimeUrl = this.#connection.fetcher.baseUrl;
    this.files = createFilesystem(this.#connection);
    this.ports = createPorts(this.#connection);
    const { jobs, runDurable } = createJobs(this.#connection, this.files);
    this.jobs = jobs;
    this.commands = createCommands(this.#connection, this.#input, this.files, runDurable);
    this.pty = createPty(this.#connection, this.#input);
  }

  /**
   * The same sandbox with some options set differently. It shares what was learned about the daemon and its accounts.
   *
   * @param options What is different. Headers are merged.
   * @returns The view.
   *
   * @example As another account
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * const { stdout } = await sandbox.with({ user: "node" }).commands.run("echo $USER");
   * assertEquals(stdout, "node\n");
   * ```
   */
  with(options: ViewOptions): RuntimeClient {
    const connected: Connected = { [CONNECTED]: { connection: this.#connection.view(options), input: this.#input } };
    return new RuntimeClient(connected as RuntimeClientOptions & Connected);
  }

  /**
   * Asks whether the sandbox's daemon answers.
   *
   * @param options A signal and a limit for the request.
   * @returns false where the connection is refused or the gateway has no running sandbox (502, 503).
   * @throws {AuthenticationError} When the gateway refuses the token.
   *
   * @example A running sandbox
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assert } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * assert(await new RuntimeClient(runtime.clientOptions()).health());
   * ```
   */
  async health(options: CallOptions = {}): Promise<boolean> {
    return await health(this.#connection, options);
  }

  /**
   * Asks what the sandbox uses of its machine.
   *
   * @param options A signal and a limit for the request.
   * @returns The figures.
   *
   * @example Memory
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assert } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { memoryUsedBytes, memoryTotalBytes } = await new RuntimeClient(runtime.clientOptions()).metrics();
   * assert(memoryUsedBytes <= memoryTotalBytes);
   * ```
   */
  async metrics(options: CallOptions = {}): Promise<RuntimeMetrics> {
    return await metrics(this.#connection, options);
  }

  /**
   * Asks for the environment variables that every command in the sandbox gets.
   *
   * @param options A signal and a limit for the request.
   * @returns The variables.
   *
   * @example One that was set for all
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime({ envs: { STAGE: "test" } });
   * assertEquals((await new RuntimeClient(runtime.clientOptions()).envs()).STAGE, "test");
   * ```
   */
  async envs(options: CallOptions = {}): Promise<Record<string, string>> {
    return await envs(this.#connection, options);
  }
}
