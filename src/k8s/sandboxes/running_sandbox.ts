import type { SandboxNotRunningError } from "../../../mod.ts";
import type { Sandbox } from "../types.ts";
import { describeObject } from "./describe_object.ts";
import { notRunning } from "./not_running.ts";
import { checkSame, identityOf } from "./same_sandbox.ts";
import { titleOf } from "./sandbox_keys.ts";
import { sandboxState } from "./sandbox_state.ts";
import type { Search } from "./search.ts";
import { waitForSandbox } from "./wait_for_sandbox.ts";

/** The sandbox as it runs; one that does not is waited for where the search says so. */
export async function runningSandbox(found: Sandbox, { kube, waitReady, limits }: Search): Promise<Sandbox> {
  if (sandboxState(found).state === "running") return found;
  if (!waitReady) throw notUsable(found);
  const { namespace, name = "" } = found.metadata;
  const now = await waitForSandbox(kube, { namespace, name }, { ...limits(), state: "running" });
  checkSame(identityOf(found), now);
  return now;
}

/** The error of a sandbox that does not run, for who wants to use it. */
export function notUsable(sandbox: Sandbox): SandboxNotRunningError {
  const info = sandboxState(sandbox);
  const mayRun = info.state === "creating" || info.state === "paused" ||
    info.reason === "RunningResourceClaimedButNotReady";
  return notRunning(sandbox, {
    ...info,
    what: `use ${titleOf("sandbox", sandbox)}`,
    about: describeObject(sandbox),
    more: mayRun
      ? "or pass waitReady, which waits for that"
      : info.state === "available"
      ? "and reach it with fromClaim"
      : undefined,
  });
}
