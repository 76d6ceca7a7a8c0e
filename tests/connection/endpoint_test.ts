import { assertEquals, assertThrows } from "@std/assert";
import { type Endpoint, endpoints } from "../../src/connection/endpoint.ts";
import { UnsupportedError } from "../../src/errors/unsupported_error.ts";
import { resolveOptions, type RuntimeClientOptions } from "../../src/options.ts";

const ID = "default--my-sandbox";
const GATEWAY = { sandboxId: ID, domain: "gateway.test:7788" };

function at(options: RuntimeClientOptions, port: number = 49983): Endpoint {
  return endpoints(resolveOptions(options))(port);
}

const ROUTED = (port: number) => ({ "e2b-sandbox-id": ID, "e2b-sandbox-port": String(port) });

Deno.test("endpoints() routes by headers where nothing else is said", () => {
  assertEquals(at(GATEWAY), { baseUrl: "http://gateway.test:7788", headers: ROUTED(49983) });
  assertEquals(at({ ...GATEWAY, scheme: "https" }, 3000), {
    baseUrl: "https://gateway.test:7788",
    headers: ROUTED(3000),
  });
});

Deno.test("endpoints() routes by path, with the id as one segment", () => {
  const routing = "path";
  assertEquals(at({ ...GATEWAY, routing }, 80), {
    baseUrl: `http://gateway.test:7788/kruise/${ID}/80`,
    headers: {},
  });
  assertEquals(
    at({ ...GATEWAY, routing, sandboxId: "a/b c" }).baseUrl,
    "http://gateway.test:7788/kruise/a%2Fb%20c/49983",
  );
});

Deno.test("endpoints() routes by host", () => {
  const routing = "host";
  assertEquals(at({ ...GATEWAY, routing, scheme: "https" }, 80), {
    baseUrl: `https://80-${ID}.gateway.test:7788`,
    headers: {},
  });
  // 6 characters of port and hyphen, and 57 of the id.
  at({ ...GATEWAY, routing, sandboxId: "a".repeat(57) });
});

for (const sandboxId of ["a".repeat(58), "a_b", "a.b", "a b", "é", "Upper"]) {
  Deno.test(`endpoints() refuses to route to ${JSON.stringify(sandboxId)} by host`, () => {
    assertThrows(() => at({ ...GATEWAY, routing: "host", sandboxId }), TypeError, 'use routing "header" or "path"');
  });
}

Deno.test("endpoints() refuses to route by host to an address, which has no subdomains", () => {
  for (const domain of ["127.0.0.1:7788", "[::1]:7788"]) {
    assertThrows(() => endpoints(resolveOptions({ ...GATEWAY, domain, routing: "host" })), TypeError, "by host");
    assertEquals(at({ ...GATEWAY, domain }).baseUrl, `http://${domain}`);
  }
});

for (
  const domain of ["http://gateway.test", "gateway.test/path", "a b", "me@gateway.test", "a?b", "a#b", "a\\b", "a:b"]
) {
  Deno.test(`endpoints() refuses ${JSON.stringify(domain)} as domain`, () => {
    assertThrows(() => endpoints(resolveOptions({ ...GATEWAY, domain })), TypeError, "pass a host and perhaps a port");
  });
}

for (const sandboxId of ["a b", "é", "a\u0007", "a\r\nx-evil: 1"]) {
  Deno.test(`endpoints() refuses ${JSON.stringify(sandboxId)} in a header`, () => {
    assertThrows(() => endpoints(resolveOptions({ ...GATEWAY, sandboxId })), TypeError, "by header");
    assertThrows(
      () => endpoints(resolveOptions({ sandboxBaseUrl: "http://a.test", sandboxId })),
      TypeError,
      "by header",
    );
  });
}

Deno.test("endpoints() says what to pass where it is not clear which sandbox is meant", () => {
  assertThrows(() => endpoints(resolveOptions({})), TypeError, "pass domain");
  assertThrows(() => endpoints(resolveOptions({ sandboxId: ID })), TypeError, "sandboxBaseUrl");
  assertThrows(() => endpoints(resolveOptions({ domain: "gateway.test" })), TypeError, "pass sandboxId beside domain");
});

Deno.test("endpoints() takes a sandboxBaseUrl instead of a gateway, for the runtime port alone", () => {
  const options = { sandboxBaseUrl: "https://sandbox.test/base/" };
  assertEquals(at(options), { baseUrl: "https://sandbox.test/base", headers: {} });
  assertEquals(at({ ...options, runtimePort: 8080 }, 8080).baseUrl, "https://sandbox.test/base");
  assertEquals(at({ ...options, sandboxBaseUrl: "http://sandbox.test///" }).baseUrl, "http://sandbox.test");
  const error = assertThrows(() => at(options, 3000), UnsupportedError, "Cannot reach port 3000");
  assertEquals(error.code, "unsupported");
});

Deno.test("endpoints() asks a sandboxBaseUrl that is a function for each port", () => {
  const sandboxBaseUrl = (port: number) => `http://host.test/p${port}/`;
  assertEquals(at({ sandboxBaseUrl }, 3000), { baseUrl: "http://host.test/p3000", headers: {} });
});

Deno.test("endpoints() sends the routing headers also with a sandboxBaseUrl, where there is an id", () => {
  assertEquals(at({ sandboxBaseUrl: "http://a.test", sandboxId: ID }).headers, ROUTED(49983));
  assertEquals(at({ sandboxBaseUrl: (port) => `http://a.test/${port}`, sandboxId: ID }, 80).headers, ROUTED(80));
});

Deno.test("endpoints() prefers sandboxBaseUrl to domain", () => {
  assertEquals(at({ ...GATEWAY, sandboxBaseUrl: "http://a.test" }).baseUrl, "http://a.test");
});

const SECRET = "hunter2";
const BAD_URLS = [
  "sandbox.test",
  "/path",
  `ftp://me:${SECRET}@a.test`,
  `http://me:${SECRET}@a.test`,
  `http://a.test/?signature=${SECRET}`,
  `http://a.test/#${SECRET}`,
  `http://me:${SECRET}@a.test:99999`,
];
for (const sandboxBaseUrl of BAD_URLS) {
  Deno.test(`endpoints() refuses ${sandboxBaseUrl} as sandboxBaseUrl and does not show it`, () => {
    for (const form of [sandboxBaseUrl, () => sandboxBaseUrl]) {
      const { message } = assertThrows(() => at({ sandboxBaseUrl: form }), TypeError, "sandboxBaseUrl");
      assertEquals(message.includes(SECRET), false);
    }
  });
}

Deno.test("endpoints() refuses a function that gives no string", () => {
  assertThrows(() => at({ sandboxBaseUrl: () => undefined as unknown as string }), TypeError, "sandboxBaseUrl");
});

for (const sandboxId of [".", ".."]) {
  Deno.test(`endpoints() refuses to route to sandbox ${sandboxId} by path: fetch would take it for another path`, () => {
    assertThrows(() => at({ ...GATEWAY, sandboxId, routing: "path" }), TypeError, "by path");
    assertEquals(at({ ...GATEWAY, sandboxId, routing: "header" }).headers["e2b-sandbox-id"], sandboxId);
  });
}
