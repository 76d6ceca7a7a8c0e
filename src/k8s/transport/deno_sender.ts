import { unusablePem } from "./check_pem.ts";
import { withEnvironmentProxy } from "./environment_proxy.ts";
import { httpsSender } from "./https_sender.ts";
import { fetchInit, type Sender, type SenderOptions } from "./sender.ts";

/** What is used of the runtime. */
interface Runtime {
  createHttpClient(options: object): { close(): void };
}

/**
 * By Deno's `fetch` with a client of its own. That trusts the given authority besides those of the runtime. What it
 * cannot do, another name, no check at all, or a proxy with a password, goes by `node:https`.
 */
export async function denoSender(given: SenderOptions): Promise<Sender> {
  const options = await withEnvironmentProxy(given);
  const { tls: { ca, serverName, insecure, proxyUrl }, cert, key, secure } = options;
  // Deno tells a proxy's password to the server behind it, too.
  const tells = secure && proxyUrl !== undefined && /^https?:\/\/[^/]*@/.test(proxyUrl);
  if (serverName !== undefined || insecure || tells) return await httpsSender(options, "Deno");
  const { Deno: runtime } = globalThis as unknown as { Deno: Runtime };
  const client = createClient(runtime, {
    ...(ca !== undefined && { caCerts: [ca] }),
    ...(cert !== undefined && { cert, key }),
    ...(proxyUrl !== undefined && { proxy: proxyOf(proxyUrl) }),
  });
  let open = true;
  const close = (): void => {
    if (open) client.close();
    open = false;
  };
  return {
    send: (url, request) => fetch(url, { ...fetchInit(request), client } as RequestInit),
    retire: close,
    close: () => Promise.resolve(close()),
  };
}

/** It is made of certificates, keys and a proxy's address: where it cannot be made, one of the first two is wrong. */
function createClient(runtime: Runtime, options: object): { close(): void } {
  try {
    return runtime.createHttpClient(options);
  } catch {
    throw unusablePem();
  }
}

/** Deno takes a SOCKS proxy's password within its URL, and another's beside it. */
function proxyOf(proxyUrl: string): object {
  const url = new URL(proxyUrl);
  const { username, password } = url;
  if (username + password === "" || url.protocol === "socks5:") return { url: proxyUrl };
  url.username = url.password = "";
  return {
    url: url.href,
    basicAuth: { username: decodeURIComponent(username), password: decodeURIComponent(password) },
  };
}
