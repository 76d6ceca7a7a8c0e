import { checkPem } from "./check_pem.ts";
import { withEnvironmentProxy } from "./environment_proxy.ts";
import { httpsSender } from "./https_sender.ts";
import type { Sender, SenderOptions } from "./sender.ts";

/**
 * By `node:https`: Node's `fetch` takes settings of TLS only from a package of its own, of the version that fits, and cuts
 * what is silent for five minutes, as a log may be. The proxy of the environment is used as everywhere else.
 */
export async function nodeSender(options: SenderOptions): Promise<Sender> {
  await checkPem(options);
  return await httpsSender(await withEnvironmentProxy(options), "Node");
}
