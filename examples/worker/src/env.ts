import { optionsFromEnv, RuntimeClient } from "@kruise-agents/runtime";
import { Problem } from "./problem.ts";

/** The variables and secrets of the Worker, beside the `SBX_…` ones that `optionsFromEnv` reads. */
export type Env = Readonly<Record<string, string | undefined>> & {
  /** Secret: what callers present as a bearer token. Without it everybody is refused. */
  readonly CALLER_TOKEN?: string;
  /** The largest file that can be written, in bytes. */
  readonly MAX_FILE_BYTES?: string;
  /** How long a stream of events may be silent, in milliseconds. */
  readonly HEARTBEAT_MS?: string;
};

/** What the Worker works with. */
export interface Settings {
  /** The sandbox. */
  readonly sandbox: RuntimeClient;
  /** The largest file that can be written, in bytes. */
  readonly maxFileBytes: number;
  /** How long a stream of events may be silent, in milliseconds. */
  readonly heartbeatMs: number;
}

/** What Cloudflare lets through on most plans. */
const MAX_FILE_BYTES = 100_000_000;

/** Proxies drop a connection that is silent for a minute; a caller who left a silent command is noticed by it, too. */
const HEARTBEAT_MS = 5_000;

let settings: Settings | undefined;

/** The settings: one client for all requests of this isolate, whose variables never change. */
export function settingsOf(env: Env): Settings {
  return settings ??= {
    sandbox: sandboxOf(env),
    maxFileBytes: numberOf(env, "MAX_FILE_BYTES", MAX_FILE_BYTES),
    heartbeatMs: numberOf(env, "HEARTBEAT_MS", HEARTBEAT_MS),
  };
}

function sandboxOf(env: Env): RuntimeClient {
  try {
    return new RuntimeClient(optionsFromEnv(env));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new Problem(503, "not_configured", error.message, {
      hint: "Set SBX_DOMAIN and SBX_SANDBOX_ID, or SBX_URL, in wrangler.jsonc",
    });
  }
}

function numberOf(env: Env, name: "MAX_FILE_BYTES" | "HEARTBEAT_MS", otherwise: number): number {
  const value = Number(env[name] || otherwise);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Problem(503, "not_configured", `Cannot use ${name}: it must be a positive integer`);
}
