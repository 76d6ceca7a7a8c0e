import { engineWords } from "../../errors/engine_words.ts";
import { type CallContext, type Failure, failure, type Meaning } from "./failure.ts";
import { HINTS } from "./hints.ts";

/** What an engine says when a connection fails, matched against the codes and messages of the whole cause chain. */
interface Row extends Meaning {
  readonly text: RegExp;
  readonly detail: string;
}

/** The first row that fits wins. Each pattern names the engines it was seen on. */
const ROWS: readonly Row[] = [
  {
    // Node: undici's HTTPParserError, UND_ERR_HEADERS_OVERFLOW; Deno: hyper's words; Bun: ResponseHeadersTooLarge, ZlibError….
    // A body that is cut off is not this: undici's "Invalid EOF state".
    text:
      /^(?!.*Invalid EOF state).*(HTTPParserError|HEADERS_OVERFLOW|HeadersTooLarge|head is too large|invalid HTTP|invalid content-length|Malformed_?HTTP|InvalidContentLength|InvalidHTTPResponse|invalid gzip|ZlibError|Z_DATA_ERROR)/is,
    code: "protocol",
    detail: "the answer is not valid HTTP",
    hint: HINTS.notADaemon,
  },
  {
    // Node: UND_ERR… "unexpected redirect"; Deno: "Encountered redirect while redirect mode is set to 'error'"; Bun: UnexpectedRedirect.
    text: /unexpected ?redirect|encountered redirect/i,
    code: "protocol",
    detail: "redirected, which is not followed",
    hint: HINTS.redirect,
  },
  {
    // Node: ECONNREFUSED; Deno: "Connection refused (os error 111)"; Bun: ConnectionRefused, "Unable to connect".
    text: /ECONNREFUSED|connection ?refused|Unable to connect\. Is the computer/i,
    code: "network",
    detail: "connection refused",
    retryable: true,
    nothingRan: true,
    hint: "Nothing listens there: check domain or sandboxBaseUrl, and that the gateway or daemon runs",
  },
  {
    // Node, Bun: ENOTFOUND, EAI_AGAIN; Deno: "failed to lookup address information", "dns error"; Bun: FailedToOpenSocket.
    text: /ENOTFOUND|EAI_AGAIN|lookup address|dns error|getaddrinfo|FailedToOpenSocket|DNSResolve/i,
    code: "network",
    detail: "the host name was not found",
    retryable: true,
    hint: "Check domain or sandboxBaseUrl; names of a cluster's services resolve only inside of it",
  },
  {
    // Node, Bun: UNABLE_TO_VERIFY_LEAF_SIGNATURE, SELF_SIGNED_CERT_IN_CHAIN and their like; Deno: UnknownIssuer.
    text: /UnknownIssuer|UNABLE_TO_(VERIFY|GET)|SELF_SIGNED|CERT_UNTRUSTED/,
    code: "tls",
    detail: "the server's certificate is from an authority that is not trusted here",
    hint:
      "Trust that authority: --cert or DENO_CERT on Deno, NODE_EXTRA_CA_CERTS on Node and Bun, or a fetch that does",
  },
  {
    // Node, Bun: CERT_HAS_EXPIRED, CERT_NOT_YET_VALID; Deno: "certificate expired", "certificate not valid yet".
    text: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate expired|certificate not valid yet/,
    code: "tls",
    detail: "the server's certificate has expired or is not valid yet",
    hint: "Renew the certificate, or correct the clock of this machine",
  },
  {
    // Node, Bun: ERR_TLS_CERT_ALTNAME_INVALID; Deno: "certificate not valid for name".
    text: /ALTNAME_INVALID|certificate not valid for name/,
    code: "tls",
    detail: "the server's certificate is for other names",
    hint: 'Use a domain that the certificate names; routing "host" takes one for *.<domain>',
  },
  {
    // Node, Bun: OpenSSL's codes; Deno: rustls' "invalid peer certificate"; both sides of a plain/TLS mix-up.
    text:
      /CERT_|_CERT|certificate|ERR_TLS|ERR_SSL|EPROTO|wrong version number|InvalidContentType|corrupt message|TLS handshake|HandshakeFailure/i,
    code: "tls",
    detail: "the TLS connection failed",
    hint: "Check scheme, and that the server speaks TLS on that port with a certificate that is in order",
  },
  {
    // Node: UND_ERR_CONNECT_TIMEOUT, ETIMEDOUT; Deno: "Connection timed out"; EHOSTUNREACH everywhere.
    text: /CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timed out|unreachable/i,
    code: "network",
    detail: "the host did not answer",
    retryable: true,
    hint: "Check domain or sandboxBaseUrl, and that the network lets you through",
  },
  {
    // Deno without --allow-net.
    text: /NotCapable|PermissionDenied|Requires net access/,
    code: "network",
    detail: "this program may not use the network",
    hint: "Run it with --allow-net",
  },
];

const OTHER: Row = {
  text: /^/,
  code: "network",
  detail: "the connection failed",
  retryable: true,
};

/** What it means that `fetch` rejected. */
export function engineFailure(context: CallContext, cause: unknown, url: string): Failure {
  const { host, hostname } = new URL(url);
  const words = engineWords(cause, hostname);
  const row = ROWS.find(({ text }) => text.test(words)) ?? OTHER;
  const meaning = row.nothingRan ? { ...row, hint: context.ifRefused ?? row.hint } : row;
  const failed = failure(context, `${row.detail} (${host})`, meaning, { cause });
  if (row.nothingRan) refused.add(failed.error);
  return failed;
}

const refused = new WeakSet<object>();

/** Whether an error says that nothing listens: the only network failure that proves something. */
export function isConnectionRefused(error: object): boolean {
  return refused.has(error);
}
