import type { Accounts } from "./accounts.ts";

/** The envd versions that a local runtime can be. */
export type RuntimeVersion = "0.2.10" | "0.6.13";

/** What all handlers of one runtime share. */
export interface RuntimeState {
  /** The version whose behaviour is shown. */
  readonly version: RuntimeVersion;
  /** Whether that is the newer one. */
  readonly newer: boolean;
  /** The access token; `undefined` while the runtime is open. */
  token: string | undefined;
  /** Global environment variables: those of `/envs`. */
  readonly envs: Map<string, string>;
  /** The accounts that requests can name. */
  readonly accounts: Accounts;
  /** The account of requests that name none (newer version only). */
  defaultUser: string;
  /** What an empty path and an absent `cwd` mean, if set (newer version only). */
  defaultWorkdir: string | undefined;
  /** Aborted when the runtime closes. */
  readonly signal: AbortSignal;
}
