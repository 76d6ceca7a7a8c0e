import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fetch, RuntimeClientOptions } from "../../mod.ts";
import { Accounts } from "./accounts.ts";
import { createHandler } from "./handler.ts";
import { type HttpServer, serve } from "./http_server.ts";
import { createLocalFetch } from "./local_fetch.ts";
import { ProcessTable } from "./process/process_table.ts";
import type { RuntimeState } from "./runtime_state.ts";

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
   * runtime open to everything on this machine, as a sandbox is before it is
   * claimed.
   *
   * @default {a random one}
   */
  token?: string | undefined;
  /** Environment variables of all processes. */
  envs?: Record<string, string> | undefined;
  /**
   * The home directory of accounts that have no other. It must exist.
   *
   * @default {a temporary directory, removed by `close`}
   */
  home?: string | undefined;
  /**
   * The accounts that requests can name, beside `root`. Their ids are used
   * where this process may switch to them, which takes root.
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
  /** What a `RuntimeClient` needs to use this runtime. */
  clientOptions(): RuntimeClientOptions;
  /** Kills the processes, stops listening and removes the temporary home directory. */
  close(): Promise<void>;
}

/**
 * Starts an envd-compatible runtime in this process, on this machine.
 *
 * There is no isolation: commands run as you, and files are your files.
 *
 * @param options what to set up
 * @returns the running runtime, to be closed after use
 */
export async function startLocalRuntime(
  options: LocalRuntimeOptions = {},
): Promise<LocalRuntime> {
  const version = options.version ?? "0.2.10";
  const token = options.token ?? crypto.randomUUID();
  const ownHome = options.home === undefined ? await mkdtemp(join(tmpdir(), "sandbox-home-")) : undefined;
  const closing = new AbortController();
  const closedDown = new AbortController();
  const state: RuntimeState = {
    version,
    newer: version !== "0.2.10",
    token: token === "" ? undefined : token,
    envs: new Map(
      Object.entries({ E2B_SANDBOX: "false", ...options.envs }),
    ),
    accounts: new Accounts(options.home ?? ownHome!, options.accounts),
    defaultUser: "root",
    defaultWorkdir: undefined,
    signal: closing.signal,
  };
  const processes = new ProcessTable();
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
  return {
    url: server.url,
    token,
    fetch: createLocalFetch(handler, closedDown.signal),
    clientOptions: () => ({
      sandboxBaseUrl: server.url,
      ...(token === "" ? {} : { runtimeToken: token }),
    }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
