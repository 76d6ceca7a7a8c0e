import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fetch, RuntimeClientOptions } from "../../mod.ts";
import { Accounts } from "./accounts.ts";
import { connectionError, type LocalRuntimeBug } from "./bugs.ts";
import { checkOptions, existingDirectory } from "./check_options.ts";
import { createHandler } from "./handler.ts";
import { type HttpServer, serve } from "./http_server.ts";
import { createLocalFetch } from "./local_fetch.ts";
import { FaultyFanout } from "./process/faulty_fanout.ts";
import { ProcessTable } from "./process/process_table.ts";
import type { RuntimeState } from "./runtime_state.ts";

/** The port by which clients know a sandbox's daemon. */
const RUNTIME_PORT = 49983;

/** How to set up a local runtime. */
export interface LocalRuntimeOptions {
  /**
   * The port on 127.0.0.1.
   *
   * @default {0} any free one
   */
  port?: number | undefined;
  /**
   * The access token that requests must carry. The empty string leaves the
   * runtime open, as a sandbox is before it is claimed: to everything on this
   * machine, and to every web page that a browser on this machine shows. Such
   * a page can then run commands as you, so keep the random token.
   *
   * @default {a random one}
   */
  token?: string | undefined;
  /** Environment variables of all processes. */
  envs?: Record<string, string> | undefined;
  /**
   * The home directory of accounts that have no other. It must exist. A
   * relative path is resolved at the start.
   *
   * @default {a temporary directory, removed by `close`}
   */
  home?: string | undefined;
  /**
   * The accounts that requests can name, beside `root`. Their home directories
   * are absolute paths. Their ids are used where this process may switch to
   * them, which takes root.
   *
   * @default {any name is the current user}
   */
  accounts?:
    | Readonly<
      Record<
        string,
        { home: string; uid?: number | undefined; gid?: number | undefined }
      >
    >
    | undefined;
  /**
   * The envd version to behave like. OpenKruise Agents ships 0.2.10.
   *
   * @default {"0.2.10"}
   */
  version?: "0.2.10" | "0.6.13" | undefined;
  /**
   * Bugs of real daemons to have, which is for tests of how a client protects itself. See
   * {@linkcode LocalRuntimeBug} for what each does. A version has only its own bugs: 0.6.13 has `B6` alone.
   *
   * @default {none}
   *
   * @example A client that cuts streams kills the daemon, this one does not
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime({ bugs: ["B1", "B2", "B4"] });
   * const sandbox = new RuntimeClient(runtime.clientOptions());
   * await assertRejects(() => sandbox.commands.run(["yes"], { signal: AbortSignal.timeout(100) }));
   * assertEquals(await sandbox.health(), true);
   * ```
   */
  bugs?: readonly LocalRuntimeBug[] | undefined;
}

/** A runtime in this process. */
export interface LocalRuntime extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** The access token; empty where the runtime is open. */
  readonly token: string;
  /**
   * Reaches the runtime without a socket, whatever the host of the URL. Bodies
   * are handed over as they are: a gzipped one stays so.
   */
  readonly fetch: Fetch;
  /** What a `RuntimeClient` needs to use this runtime. Other ports than its own are those of this machine. */
  clientOptions(): RuntimeClientOptions;
  /**
   * Kills the processes with all that runs below them, stops listening and
   * removes the temporary home directory. Processes that detached themselves
   * go on: daemons, and what was left in the background by a shell that ended.
   */
  close(): Promise<void>;
}

/**
 * Starts an envd-compatible runtime in this process, on this machine.
 *
 * There is no isolation: commands run as you, and files are your files.
 * Processes that detached themselves from those they were started by go on
 * after `close`. Close it, also where your program is interrupted: commands have
 * sessions of their own, which Ctrl-C in your terminal does not reach.
 *
 * @param options what to set up
 * @returns the running runtime, to be closed after use
 * @throws {TypeError | RangeError} where an option cannot be
 */
export async function startLocalRuntime(
  options: LocalRuntimeOptions = {},
): Promise<LocalRuntime> {
  checkOptions(options);
  const version = options.version ?? "0.2.10";
  const token = options.token ?? crypto.randomUUID();
  const ownHome = options.home === undefined ? await mkdtemp(join(tmpdir(), "sandbox-home-")) : undefined;
  const home = ownHome ?? await existingDirectory(options.home!);
  const closing = new AbortController();
  const closedDown = new AbortController();
  const state: RuntimeState = {
    version,
    newer: version !== "0.2.10",
    token: token === "" ? undefined : token,
    envs: new Map(
      Object.entries({ E2B_SANDBOX: "false", ...options.envs }),
    ),
    accounts: new Accounts(home, options.accounts),
    defaultUser: "root",
    defaultWorkdir: undefined,
    signal: closing.signal,
  };
  let crashed = false;
  const crash = () => {
    if (closing.signal.aborted) return;
    crashed = true;
    closing.abort();
    processes.abandon();
    closedDown.abort(connectionError("ECONNRESET"));
    void server.close();
  };
  const bugs = new Set(options.bugs);
  const processes = new ProcessTable(bugs.size > 0 ? () => new FaultyFanout(bugs, crash) : undefined);
  const handler = createHandler(state, processes);
  const removeHome = async () => {
    if (ownHome) await rm(ownHome, { recursive: true, force: true });
  };
  let server: HttpServer;
  try {
    server = await serve(handler, options.port ?? 0);
  } catch (error) {
    await removeHome();
    throw error;
  }
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> =>
    closed ??= (async () => {
      closing.abort();
      await processes.close();
      closedDown.abort(new TypeError("The local runtime is closed"));
      await server.close();
      await removeHome();
    })();
  const localFetch = createLocalFetch(handler, closedDown.signal);
  return {
    url: server.url,
    token,
    fetch: async (input, init) => {
      if (crashed) throw connectionError("ECONNREFUSED");
      return await localFetch(input, init);
    },
    clientOptions: () => ({
      // What commands listen on are ports of this machine.
      sandboxBaseUrl: (port) => port === RUNTIME_PORT ? server.url : `http://127.0.0.1:${port}`,
      ...(token === "" ? {} : { runtimeToken: token }),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
