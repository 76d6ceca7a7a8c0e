import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { CallOptions } from "./call_options.ts";
import type { Connection } from "./connection.ts";
import { withLimits } from "./deadline.ts";
import { isConnectionRefused } from "./error_map/engine.ts";
import { failure } from "./error_map/failure.ts";
import { HINTS } from "./error_map/hints.ts";
import type { HttpCall } from "./fetcher.ts";
import { readAll } from "./read_all.ts";

/** What a sandbox uses. Inside a pod these are the node's figures, unless they are virtualized. */
export interface RuntimeMetrics {
  /** When they were taken; whole seconds. */
  readonly timestamp: Date;
  /** Number of processors. */
  readonly cpuCount: number;
  /** Percent of all processors, since the previous call. */
  readonly cpuUsedPercent: number;
  /** Bytes of memory there are. */
  readonly memoryTotalBytes: number;
  /** Bytes of memory in use. */
  readonly memoryUsedBytes: number;
  /** Bytes of the filesystem at `/`. */
  readonly diskTotalBytes?: number;
  /** Bytes in use on the filesystem at `/`. */
  readonly diskUsedBytes?: number;
}

/** The last that a `Date` holds. */
const LAST_SECOND = 8_640_000_000_000;

/** Asks whether the daemon answers: false where nothing listens or the gateway has no running sandbox. */
export async function health(connection: Connection, options: CallOptions): Promise<boolean> {
  try {
    // Not repeated: "not now" is an answer.
    const call = { operation: "health", path: "/health", repeat: "never" } as const;
    return await get(connection, "ask for health", call, options, async (response) => {
      await response.body?.cancel();
      if (response.status === 204) return true;
      throw failure(connection.context("ask for health"), `the answer was HTTP ${response.status}, not 204`, {
        code: "protocol",
        hint: HINTS.notADaemon,
      }, { status: response.status }).error;
    });
  } catch (error) {
    if (isSandboxError(error) && (error.status === 502 || error.status === 503 || isConnectionRefused(error))) {
      return false;
    }
    throw error;
  }
}

/** Asks for figures. */
export async function metrics(connection: Connection, options: CallOptions): Promise<RuntimeMetrics> {
  const figures = await getJson(connection, "get metrics", "metrics", options);
  const number = (key: string, most: number = Number.MAX_SAFE_INTEGER): number => {
    const figure = figures[key];
    const known = typeof figure === "number";
    if (known && figure >= 0 && figure <= most) return figure;
    const detail = known ? `the answer has ${figure} for ${key}` : `the answer has no ${key}`;
    throw failure(connection.context("get metrics"), detail, { code: "protocol" }).error;
  };
  const optional = (name: string, key: string) => figures[key] === undefined ? {} : { [name]: number(key) };
  return {
    timestamp: new Date(number("ts", LAST_SECOND) * 1000),
    cpuCount: number("cpu_count"),
    cpuUsedPercent: number("cpu_used_pct"),
    memoryTotalBytes: number("mem_total"),
    memoryUsedBytes: number("mem_used"),
    ...optional("diskTotalBytes", "disk_total"),
    ...optional("diskUsedBytes", "disk_used"),
  };
}

/** Asks for the environment that every command gets. */
export async function envs(connection: Connection, options: CallOptions): Promise<Record<string, string>> {
  const variables = await getJson(connection, "get environment", "envs", options);
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      if (typeof value === "string") return [name, value];
      throw failure(connection.context("get environment"), "the answer has a variable that is no text", {
        code: "protocol",
      }).error;
    }),
  );
}

async function getJson(
  connection: Connection,
  what: string,
  operation: string,
  options: CallOptions,
): Promise<Record<string, unknown>> {
  const call = { operation, path: `/${operation}`, repeat: "idempotent", accept: "application/json" } as const;
  return await get(connection, what, call, options, async (response) => {
    const context = connection.context(what);
    const bytes = await readAll(response, connection.options.maxFrameBytes, context);
    try {
      const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch {
      // Said below.
    }
    throw failure(context, "the answer is not a JSON object", { code: "protocol" }, { status: response.status }).error;
  });
}

async function get<T>(
  connection: Connection,
  what: string,
  call: Pick<HttpCall, "operation" | "path" | "repeat" | "accept">,
  options: CallOptions,
  consume: (response: Response) => Promise<T>,
): Promise<T> {
  const context = connection.context(what);
  const limits = { signal: options.signal, timeoutMs: connection.timeoutMs(options), context };
  return await withLimits(
    limits,
    (signal) => connection.fetcher.send({ ...context, ...call, method: "GET", signal }, consume),
  );
}
