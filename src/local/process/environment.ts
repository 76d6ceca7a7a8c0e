import process from "node:process";
import type { Account } from "../accounts.ts";
import type { RuntimeState } from "../runtime_state.ts";

const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The search path of the daemon itself. */
export function ownPath(): string {
  return process.env["PATH"] ?? DEFAULT_PATH;
}

/** The whole environment of a process; nothing else is inherited. */
export function processEnvironment(
  account: Account,
  state: Pick<RuntimeState, "envs">,
  requested: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    PATH: ownPath(),
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    ...Object.fromEntries(state.envs),
    ...requested,
  };
}
