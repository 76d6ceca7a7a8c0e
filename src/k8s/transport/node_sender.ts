import { checkPem } from "./check_pem.ts";
import { httpsSender } from "./https_sender.ts";
import { fetchInit, type Sender, type SenderOptions } from "./sender.ts";

/**
 * By undici, with the `fetch` of the same package: Node's own takes only agents of the version that it was built with.
 * Repeated headers, which it would join, go by `node:https`.
 */
export async function nodeSender(options: SenderOptions): Promise<Sender> {
  const { tls: { ca, serverName, insecure, proxyUrl }, cert, key, repeats } = options;
  await checkPem(options);
  if (repeats) return await httpsSender(options, "Node");
  const [{ Agent, EnvHttpProxyAgent, fetch: send, ProxyAgent }, { default: { env } }] = await Promise.all([
    import("undici"),
    import("node:process"),
  ]);
  const connect = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert, key }),
    ...(serverName !== undefined && { servername: serverName }),
    rejectUnauthorized: !insecure,
  };
  // A log that is followed may be silent for hours.
  const common = { connect, requestTls: connect, headersTimeout: 0, bodyTimeout: 0 };
  const inEnvironment = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some((name) => env[name]);
  const dispatcher = proxyUrl !== undefined
    ? new ProxyAgent({ ...common, ...namedIn(proxyUrl), uri: proxyUrl })
    : inEnvironment
    ? new EnvHttpProxyAgent({ ...common, noProxy: withoutLoopback(env.no_proxy ?? env.NO_PROXY ?? "") })
    : new Agent(common);
  return {
    async send(url, request) {
      const { body, status, statusText, headers } = await send(url, { ...fetchInit(request), dispatcher } as never);
      // An answer of the kind that the rest of the program knows.
      return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>> | null, {
        status,
        statusText,
        headers: [...headers],
      });
    },
    retire: () => void dispatcher.close(),
    close: () => dispatcher.destroy(),
  };
}

/** undici hands a SOCKS proxy what stands in the URL as it stands there, percent-encoded, unless it gets it apart. */
function namedIn(proxyUrl: string): object {
  const { username, password } = new URL(proxyUrl);
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** As with kubectl, no proxy of the environment stands between this machine and itself. */
function withoutLoopback(list: string): string {
  return list.trim() === "*" ? "*" : `${list},localhost,127.0.0.1,[::1]`;
}
