import type { Fetch } from "../../../mod.ts";
import { cannot, fetchInit, type Sender, type SenderOptions } from "./sender.ts";

const HINT = "Pass a fetch that does it, such as that of a Worker's mTLS binding, or run on Deno, Bun or Node";

/** By the `fetch` that was passed in, whose business all of TLS then is. */
export function givenSender(given: Fetch, { repeats }: SenderOptions): Sender {
  // Whether it would keep them apart cannot be known, and joined they name a group that nobody meant.
  if (repeats) throw cannot("send several impersonated groups", "a fetch that is passed in", "Impersonate one group");
  return fetchSender(given);
}

/** By the `fetch` of a Worker or a browser, which has no settings for TLS. */
export function webSender({ tls, cert, repeats }: SenderOptions): Sender {
  const runtime = "this runtime";
  if (tls.ca !== undefined) throw cannot("trust a certificate-authority of the configuration", runtime, HINT);
  if (cert !== undefined) throw cannot("send a client certificate", runtime, HINT);
  if (tls.insecure) throw cannot("leave the server's certificate unchecked", runtime, HINT);
  if (tls.serverName !== undefined) throw cannot("check for a tls-server-name", runtime, HINT);
  if (tls.proxyUrl !== undefined) throw cannot("go through a proxy-url", runtime, HINT);
  if (repeats) throw cannot("send several impersonated groups", runtime, "Impersonate one group");
  return fetchSender((url, init) => fetch(url, init));
}

function fetchSender(send: Fetch): Sender {
  return {
    send: (url, request) => send(url, fetchInit(request)),
    retire: () => {},
    close: () => Promise.resolve(),
  };
}
