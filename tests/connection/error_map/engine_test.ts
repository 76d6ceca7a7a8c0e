import { assert, assertEquals, assertFalse, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { engineFailure, isConnectionRefused } from "../../../src/connection/error_map/engine.ts";

const CONTEXT = { what: "read it", sandboxId: "default--s" };
const URL = "http://sandbox.test:49983/files?path=a";

/** Node's way: a TypeError with what happened below it. */
function node(code: string, message: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { code }) });
}

/** What its parser says. */
function parser(message: string, code?: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(message), { name: "HTTPParserError", code }) });
}

/** Deno's: one sentence, the URL within. */
function deno(rest: string, url: string = URL): Error {
  const words = `error sending request for url (${url}): ${rest}`;
  return new TypeError(words, { cause: new Error(words) });
}

/** Bun's: a code on the error itself. */
function bun(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, path: URL });
}

const bothRefused = Object.assign(
  new AggregateError([
    Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" }),
    Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:1"), { code: "ECONNREFUSED" }),
  ]),
  { code: "ECONNREFUSED" },
);

const UNTRUSTED = "the server's certificate is from an authority that is not trusted here";
const EXPIRED = "the server's certificate has expired or is not valid yet";
const OTHER_NAMES = "the server's certificate is for other names";

const FAILURES: readonly (readonly [string, Error, string])[] = [
  ["Node: refused", node("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1"), "connection refused"],
  ["Node: refused on every address", new TypeError("fetch failed", { cause: bothRefused }), "connection refused"],
  [
    "Node: refused, told only by the errors of an AggregateError",
    new TypeError("fetch failed", { cause: new AggregateError(bothRefused.errors) }),
    "connection refused",
  ],
  [
    "Deno: refused",
    deno("client error (Connect): tcp connect error: Connection refused (os error 111)"),
    "connection refused",
  ],
  [
    "Bun: refused",
    bun("ConnectionRefused", "Unable to connect. Is the computer able to access the url?"),
    "connection refused",
  ],
  [
    "Node 20: no HTTP",
    parser("Response does not match the HTTP/1.1 protocol (Expected HTTP/)", "HPE_INVALID_CONSTANT"),
    "the answer is not valid HTTP",
  ],
  [
    "Node 24: no HTTP, without a code",
    parser("Response does not match the HTTP/1.1 protocol"),
    "the answer is not valid HTTP",
  ],
  ["Node 22: cut in a chunk", parser("Invalid EOF state", "HPE_INVALID_EOF_STATE"), "the connection failed"],
  [
    "Node: headers without end",
    node("UND_ERR_HEADERS_OVERFLOW", "Headers Overflow Error"),
    "the answer is not valid HTTP",
  ],
  [
    "Deno: headers without end",
    deno("client error (SendRequest): message head is too large"),
    "the answer is not valid HTTP",
  ],
  ["Deno: no HTTP", deno("client error (SendRequest): invalid HTTP version parsed"), "the answer is not valid HTTP"],
  [
    "Bun: headers without end",
    bun("ResponseHeadersTooLarge", "ResponseHeadersTooLarge fetching"),
    "the answer is not valid HTTP",
  ],
  ["Bun: no HTTP", bun("Malformed_HTTP_Response", "Malformed_HTTP_Response fetching"), "the answer is not valid HTTP"],
  ["Node: no such host", node("ENOTFOUND", "getaddrinfo ENOTFOUND sandbox.test"), "the host name was not found"],
  ["Node: no name server", node("EAI_AGAIN", "getaddrinfo EAI_AGAIN sandbox.test"), "the host name was not found"],
  [
    "Deno: no such host",
    deno("client error (Connect): dns error: failed to lookup address information: Name or service not known"),
    "the host name was not found",
  ],
  [
    "Bun: no such host",
    bun("FailedToOpenSocket", "Was there a typo in the url or port?"),
    "the host name was not found",
  ],
  ["Node: self-signed", node("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"), UNTRUSTED],
  [
    "Node: unknown authority",
    node("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"),
    UNTRUSTED,
  ],
  [
    "Bun: unknown authority",
    bun("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate"),
    UNTRUSTED,
  ],
  ["Node: expired", node("CERT_HAS_EXPIRED", "certificate has expired"), EXPIRED],
  ["Node: not valid yet", node("CERT_NOT_YET_VALID", "certificate is not yet valid"), EXPIRED],
  ["Bun: expired", bun("CERT_HAS_EXPIRED", "certificate has expired"), EXPIRED],
  [
    "Node: other name",
    node(
      "ERR_TLS_CERT_ALTNAME_INVALID",
      "Hostname/IP does not match certificate's altnames: Host: redirect.test. is not in the cert's altnames",
    ),
    OTHER_NAMES,
  ],
  [
    "Bun: other name",
    bun("ERR_TLS_CERT_ALTNAME_INVALID", `ERR_TLS_CERT_ALTNAME_INVALID fetching "${URL}".`),
    OTHER_NAMES,
  ],
  [
    "Node: TLS to a plain port",
    node("ERR_SSL_WRONG_VERSION_NUMBER", "SSL routines:ssl3_get_record:wrong version number"),
    "the TLS connection failed",
  ],
  [
    "Deno: unknown authority",
    deno("client error (Connect): invalid peer certificate: UnknownIssuer"),
    UNTRUSTED,
  ],
  [
    "Deno: expired",
    deno(
      "client error (Connect): invalid peer certificate: certificate expired: verification time 1795273628 (UNIX), " +
        "but certificate is not valid after 1795269995 (3633 seconds ago)",
    ),
    EXPIRED,
  ],
  [
    "Deno: other name",
    deno(
      'client error (Connect): invalid peer certificate: certificate not valid for name "sandbox.test"; ' +
        'certificate is only valid for DnsName("gateway.test")',
    ),
    OTHER_NAMES,
  ],
  [
    "Deno: TLS to a plain port",
    deno("client error (Connect): received corrupt message of type InvalidContentType"),
    "the TLS connection failed",
  ],
  ["Node: connect timeout", node("UND_ERR_CONNECT_TIMEOUT", "Connect Timeout Error"), "the host did not answer"],
  ["Node: unreachable", node("EHOSTUNREACH", "connect EHOSTUNREACH 10.0.0.1:1"), "the host did not answer"],
  [
    "Deno: connect timeout",
    deno("client error (Connect): tcp connect error: Connection timed out (os error 110)"),
    "the host did not answer",
  ],
  [
    "Node: redirect",
    new TypeError("fetch failed", { cause: new Error("unexpected redirect") }),
    "redirected, which is not followed",
  ],
  [
    "Deno: redirect",
    new TypeError("Encountered redirect while redirect mode is set to 'error'"),
    "redirected, which is not followed",
  ],
  [
    "Bun: redirect",
    bun("UnexpectedRedirect", "Unexpected redirect fetching the url"),
    "redirected, which is not followed",
  ],
  [
    "Deno: no permission",
    Object.assign(new Error('Requires net access to "sandbox.test:49983", run again with the --allow-net flag'), {
      name: "NotCapable",
    }),
    "this program may not use the network",
  ],
  ["Node: reset", node("ECONNRESET", "read ECONNRESET"), "the connection failed"],
  ["Node: closed", node("UND_ERR_SOCKET", "other side closed"), "the connection failed"],
  ["Chrome", new TypeError("Failed to fetch"), "the connection failed"],
  ["Firefox", new TypeError("NetworkError when attempting to fetch resource."), "the connection failed"],
  ["Safari", new TypeError("Load failed"), "the connection failed"],
];

const CODES: Readonly<Record<string, string>> = {
  "the TLS connection failed": "tls",
  [UNTRUSTED]: "tls",
  [EXPIRED]: "tls",
  [OTHER_NAMES]: "tls",
  "redirected, which is not followed": "protocol",
  "the answer is not valid HTTP": "protocol",
};

for (const [name, cause, detail] of FAILURES) {
  Deno.test(`engineFailure() understands ${name}`, () => {
    const { error, nothingRan } = engineFailure(CONTEXT, cause, URL);
    const code = CODES[detail] ?? "network";
    assertEquals([error.code, error.message], [code, `Cannot read it: ${detail} (sandbox.test:49983)`]);
    assertEquals(error.retryable, code === "network" && !detail.startsWith("this program"));
    assertEquals([nothingRan, isConnectionRefused(error)], Array(2).fill(detail === "connection refused"));
    assertStrictEquals(error.cause, cause);
    assertEquals([error.sandboxId, error.status], ["default--s", undefined]);
  });
}

const RESET = "connection closed before message completed";
for (
  const word of ["certificate", "redirect", "connection-refused", "ECONNREFUSED", "dns error", "timed out", "ENOTFOUND"]
) {
  Deno.test(`engineFailure() is not led astray by a URL that says "${word}"`, () => {
    const url = `http://sandbox.test/${encodeURIComponent(word)}/${word.replace(" ", "+")}?q=${word.replace(" ", "+")}`;
    assertEquals(
      engineFailure(CONTEXT, deno(RESET, url), url).error.message,
      "Cannot read it: the connection failed (sandbox.test)",
    );
    assertFalse(engineFailure(CONTEXT, deno(RESET, url), url).nothingRan);
  });
}

for (
  const host of [
    "certificate.test",
    "redirect.test",
    "redirect",
    "unexpected-redirect.test",
    "lookup.certificate",
    "e",
    "10.0.0.1",
  ]
) {
  Deno.test(`engineFailure() is not led astray by the host ${host}`, () => {
    const meaning = (cause: Error) =>
      engineFailure(CONTEXT, cause, `https://${host}/`).error.message.slice("Cannot read it: ".length);
    const address = `(${host})`;
    assertEquals(meaning(node("ENOTFOUND", `getaddrinfo ENOTFOUND ${host}`)), `the host name was not found ${address}`);
    assertEquals(
      meaning(
        node("UND_ERR_CONNECT_TIMEOUT", `Connect Timeout Error (attempted address: ${host}:443, timeout: 10000ms)`),
      ),
      `the host did not answer ${address}`,
    );
    assertEquals(
      meaning(node("CERT_HAS_EXPIRED", `certificate of ${host} has expired`)),
      `${EXPIRED} ${address}`,
    );
    assertEquals(meaning(node("ECONNRESET", `read ECONNRESET ${host}`)), `the connection failed ${address}`);
  });
}

Deno.test("engineFailure() takes anything that was thrown, also what has itself as its cause", () => {
  const circular: Error & { cause?: unknown } = new Error("round");
  circular.cause = circular;
  for (const thrown of [undefined, null, "text", 5, Symbol("s"), {}, circular]) {
    assertEquals(engineFailure(CONTEXT, thrown, URL).error.code, "network");
  }
});

Deno.test("engineFailure() understands what this engine says where nothing listens", async () => {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const url = `http://127.0.0.1:${listener.addr.port}/certificate/redirect`;
  listener.close();
  const cause = await fetch(url).then(() => undefined, (error) => error);
  assertInstanceOf(cause, Error);
  const { error, nothingRan } = engineFailure(CONTEXT, cause, url);
  assert(nothingRan && isConnectionRefused(error), Deno.inspect(cause));
});
