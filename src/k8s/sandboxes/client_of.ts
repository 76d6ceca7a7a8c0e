import { AuthenticationError, RuntimeClient } from "../../../mod.ts";
import type { Sandbox } from "../types.ts";
import { runningSandbox } from "./running_sandbox.ts";
import { sandboxIdOf } from "./sandbox_fields.ts";
import { needsTrafficToken, titleOf } from "./sandbox_keys.ts";
import { sandboxToken } from "./sandbox_token.ts";
import type { Search } from "./search.ts";
import { untilRouted } from "./until_routed.ts";

/** The client of a sandbox that runs, or is waited for where the search says so. */
export async function clientOf(found: Sandbox, search: Search): Promise<RuntimeClient> {
  const sandbox = await runningSandbox(found, search);
  const client = createClient(sandbox, search);
  // The gateway hears of the change at about the same time.
  if (sandbox !== found) await untilRouted(client, search);
  return client;
}

/** The client of a sandbox that runs. */
export function createClient(sandbox: Sandbox, { settings, lend }: Search): RuntimeClient {
  const sandboxId = sandboxIdOf(sandbox);
  if (needsTrafficToken(sandbox) && settings.trafficToken === undefined && settings.sandboxBaseUrl === undefined) {
    throw new AuthenticationError(`Cannot reach ${titleOf("sandbox", sandbox)}: it demands a traffic token`, {
      code: "forbidden",
      sandboxId,
      hint: "Pass trafficToken: Kubernetes does not have it; whoever delivered the sandbox issues it",
    });
  }
  return new RuntimeClient({
    ...settings,
    sandboxId,
    runtimeToken: settings.runtimeToken ?? sandboxToken(sandbox, lend),
  });
}
