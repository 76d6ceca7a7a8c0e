import { checkPem } from "./check_pem.ts";
import { withEnvironmentProxy } from "./environment_proxy.ts";
import { httpsSender } from "./https_sender.ts";
import { cannot, fetchInit, isAddress, type Sender, type SenderOptions } from "./sender.ts";

/**
 * By Bun's `fetch`, which takes almost all that TLS needs. Repeated headers, which it would join, and the check of an
 * address go by `node:https`.
 */
export async function bunSender(given: SenderOptions): Promise<Sender> {
  const options = await withEnvironmentProxy(given);
  const { tls: { ca, serverName, insecure, proxyUrl }, cert, key, repeats } = options;
  await checkPem(options);
  if (repeats || (serverName !== undefined && isAddress(serverName))) return await httpsSender(options, "Bun");
  if (proxyUrl?.startsWith("socks5:")) {
    throw cannot("use a socks5: proxy-url", "Bun", "Use an http: proxy, or run on Deno or Node");
  }
  const extras = {
    tls: {
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert, key }),
      ...(serverName !== undefined && { serverName }),
      rejectUnauthorized: !insecure,
    },
    // A body that is silent for five minutes is cut otherwise.
    timeout: false,
    ...(proxyUrl !== undefined && { proxy: proxyUrl }),
  };
  return {
    send: (url, request) => fetch(url, { ...fetchInit(request), ...extras } as RequestInit),
    // There is one pool for the whole program, which ends what is idle.
    retire: () => {},
    close: () => Promise.resolve(),
  };
}
