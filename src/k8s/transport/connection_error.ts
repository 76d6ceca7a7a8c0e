import { SandboxError, type SandboxErrorCode } from "../../../mod.ts";
import { chainOf, engineWords } from "../../errors/engine_words.ts";

/** What an engine says when a connection fails, matched against the codes and messages of the whole cause chain. */
interface Row {
  readonly text: RegExp;
  readonly code: SandboxErrorCode;
  readonly detail: string;
  readonly retryable?: boolean;
  readonly hint?: string;
}

/** The first row that fits wins. Each pattern names the engines it was seen on. */
const ROWS: readonly Row[] = [
  {
    // Node: HPE_INVALID_CONSTANT, "Parse Error"; Deno: hyper's words; Bun: Malformed_HTTP_Response.
    text: /HPE_|invalid HTTP|Malformed_?HTTP|InvalidHTTPResponse|Parse Error/i,
    code: "protocol",
    detail: "the answer is not valid HTTP",
    hint: "Check the server's URL: its scheme may be https",
  },
  {
    // Node: ECONNREFUSED; Deno: "Connection refused (os error 111)"; Bun: ConnectionRefused, "Unable to connect".
    text: /ECONNREFUSED|connection ?refused|Unable to connect\. Is the computer/i,
    code: "network",
    detail: "connection refused",
    retryable: true,
    hint: "Nothing listens there: check the server of the cluster's entry, and that its API server runs",
  },
  {
    // Node, Bun: ENOTFOUND, EAI_AGAIN; Deno: "failed to lookup address information", "dns error".
    text: /ENOTFOUND|EAI_AGAIN|lookup address|dns error|getaddrinfo|FailedToOpenSocket|DNSResolve/i,
    code: "network",
    detail: "the host name was not found",
    retryable: true,
    hint: "Check the server of the cluster's entry, and whether a VPN is needed to reach it",
  },
  {
    // The server's word on our certificate. Node, Bun: …_ALERT_CERTIFICATE_REQUIRED, "alert unknown ca"; Deno: "received
    // fatal alert: CertificateRequired".
    text: /alert[ :_]+(certificate|bad[ _]?certificate|unknown[ _]?ca|access[ _]?denied|decrypt[ _]?error)/i,
    code: "tls",
    detail: "the server refused the client certificate, or asks for one",
    hint: "Give the user a client certificate that is in force, from an authority that the server trusts",
  },
  {
    // The tunnel: "Proxy response 407"; Deno: "proxy authentication required".
    text: /proxy response|proxy[ _-]?auth|tunnel/i,
    code: "network",
    detail: "the proxy refused",
    hint: "Check the user name and the password of proxy-url",
  },
  {
    // Node, Bun: UNABLE_TO_VERIFY_LEAF_SIGNATURE, SELF_SIGNED_CERT_IN_CHAIN and their like; Deno: UnknownIssuer.
    text: /UnknownIssuer|UNABLE_TO_(VERIFY|GET)|SELF_SIGNED|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|BadSignature/,
    code: "tls",
    detail: "the server's certificate is from an authority that is not trusted here",
    hint: "Set certificate-authority or certificate-authority-data to the authority of this cluster",
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
    text: /ALTNAME_INVALID|certificate not valid for name|HOSTNAME_MISMATCH/,
    code: "tls",
    detail: "the server's certificate is for other names",
    hint: "Set tls-server-name to a name of the certificate, or use a server URL that it names",
  },
  {
    // An API server that stops or starts, or a load balancer without one, is no trouble of TLS. Node, Bun: ECONNRESET, with
    // "before secure TLS connection was established"; Deno: "tls handshake eof", "without sending TLS close_notify".
    text: /ECONNRESET|handshake eof|close_notify|connection reset|EPIPE|broken pipe/i,
    code: "network",
    detail: "the connection was cut",
    retryable: true,
    hint: "The API server or what is before it may be starting: try again later",
  },
  {
    // Node, Bun: OpenSSL's codes; Deno: rustls' "invalid peer certificate"; both sides of a plain/TLS mix-up.
    text: /CERT_|_CERT|certificate|ERR_TLS|ERR_SSL|EPROTO|wrong version number|InvalidContentType|corrupt message|TLS/i,
    code: "tls",
    detail: "the TLS connection failed",
    // Bun says no more than this where the server refuses the client's certificate.
    hint: "Check the scheme of the server's URL, that it speaks TLS on that port, and the client certificate",
  },
  {
    // Node: UND_ERR_CONNECT_TIMEOUT, ETIMEDOUT; Deno: "Connection timed out"; EHOSTUNREACH everywhere.
    text: /CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timed out|unreachable/i,
    code: "network",
    detail: "the host did not answer",
    retryable: true,
    hint: "Check the server of the cluster's entry, and that the network lets you through",
  },
  {
    // Deno without --allow-net.
    text: /NotCapable|PermissionDenied|Requires net access/,
    code: "network",
    detail: "this program may not use the network",
    hint: "Run it with --allow-net",
  },
];

const OTHER: Row = { text: /^/, code: "network", detail: "the connection failed", retryable: true };

/**
 * The error for a connection to the API server that failed, while it was made or while an answer was read. The engine's
 * own words are its cause, without what Node adds to them (certificates), and not where a proxy's password could be.
 */
export function connectionError(cause: unknown, server: string, proxyUrl?: string): SandboxError {
  const { host, hostname } = new URL(server);
  const words = engineWords(cause, hostname);
  const { code, detail, retryable, hint } = ROWS.find(({ text }) => text.test(words)) ?? OTHER;
  return new SandboxError(`Cannot reach the Kubernetes API at "${host}": ${detail}`, {
    code,
    retryable,
    hint: proxyUrl === undefined ? hint : [hint, "and check proxy-url"].filter(Boolean).join("; "),
    ...(!proxyUrl?.includes("@") && { cause: new Error(chainOf(cause)) }),
  });
}
