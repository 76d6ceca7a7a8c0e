import { assertEquals, assertThrows } from "@std/assert";
import { RuntimeClient, type RuntimeClientOptions, UnsupportedError } from "../../mod.ts";
import { GATEWAY, ID } from "./tools.ts";

const urlOf = (options: RuntimeClientOptions, port: number, path?: string) =>
  new RuntimeClient({ ...GATEWAY, ...options }).ports.url(port, path);

Deno.test("Ports.url() is the gateway's path form where headers route", () => {
  const base = `http://gateway.test:7788/kruise/${ID}/3000`;
  assertEquals(urlOf({}, 3000), `${base}/`);
  assertEquals(urlOf({}, 3000, "/a b?q=ü#/route"), `${base}/a%20b?q=%C3%BC#/route`);
  assertEquals(urlOf({}, 3000, ""), `${base}/`);
  assertEquals(urlOf({}, 3000, "../../x/%2e%2e/y"), `${base}/y`);
  assertEquals(urlOf({ scheme: "https", routing: "path" }, 80, "x"), `https://gateway.test:7788/kruise/${ID}/80/x`);
  assertEquals(urlOf({ sandboxId: "a/b" }, 80), "http://gateway.test:7788/kruise/a%2Fb/80/");
});

Deno.test("Ports.url() has the host form, but for paths that the gateway would take for its own", () => {
  const routing = "host";
  assertEquals(urlOf({ routing }, 3000, "/x"), `http://3000-${ID}.gateway.test:7788/x`);
  assertEquals(
    urlOf({ routing }, 3000, "/kruise-docs"),
    `http://3000-${ID}.gateway.test:7788/kruise/${ID}/3000/kruise-docs`,
  );
});

Deno.test("Ports.url() goes by sandboxBaseUrl, whose function knows every port, and whose text one", () => {
  const at = (sandboxBaseUrl: RuntimeClientOptions["sandboxBaseUrl"]) => ({ sandboxBaseUrl, domain: undefined });
  assertEquals(
    urlOf(at((port) => `http://host.test/p/${port}/`), 3000, "/kruise/x"),
    "http://host.test/p/3000/kruise/x",
  );
  assertEquals(urlOf(at("http://host.test/base"), 49983, "/health"), "http://host.test/base/health");
  const error = assertThrows(() => urlOf(at("http://host.test"), 3000), UnsupportedError, "port 3000");
  assertEquals([error.code, typeof error.hint], ["unsupported", "string"]);
});

Deno.test("Ports.url() takes back what it gave, and no other server", () => {
  for (const options of [{}, { routing: "path" }, { routing: "host" }] as const) {
    const made = urlOf(options, 3000, "/a?b#c");
    assertEquals(urlOf(options, 3000, made), made);
    assertThrows(() => urlOf(options, 3001, made), TypeError, "port 3001");
    assertThrows(() => urlOf({ ...options, sandboxId: "default--other" }, 3000, made), TypeError, "port 3000");
    for (
      const other of ["http://x.test/", "//x.test", "http://localhost:1/", "mailto:x", "http://user@localhost:3000"]
    ) {
      assertThrows(() => urlOf(options, 3000, other), TypeError, "port 3000");
    }
  }
  assertEquals(urlOf({}, 80, "http://localhost/x"), urlOf({}, 80, "/x"));
  assertEquals(urlOf({}, 443, "https://localhost/x"), urlOf({}, 443, "/x"));
  assertEquals(urlOf({}, 3000, "ws://127.8.9.1:3000/x"), urlOf({}, 3000, "/x"));
});

Deno.test("Ports.url() tells a gateway on this machine and a port of the sandbox apart", () => {
  const options = { domain: "localhost:7788" };
  const made = urlOf(options, 7788, "/x");
  assertEquals(made, `http://localhost:7788/kruise/${ID}/7788/x`);
  assertEquals(urlOf(options, 7788, made), made);
  assertEquals(urlOf(options, 3000, "http://localhost:3000/x"), `http://localhost:7788/kruise/${ID}/3000/x`);
});

Deno.test("Ports.url() refuses what is no path, and shows nothing of it", () => {
  assertThrows(() => urlOf({}, 3000, 5 as never), TypeError, "path");
  const { message } = assertThrows(() => urlOf({}, 3000, "http://user:secret@localhost:3000/?k=secret"), TypeError);
  assertEquals(message.includes("secret"), false);
});
