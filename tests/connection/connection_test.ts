import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Connection } from "../../src/connection/connection.ts";
import { resolveOptions } from "../../src/options.ts";
import { FakeFetch, OK } from "./fake_fetch.ts";

const make = (own = {}) => new Connection(resolveOptions({ sandboxId: "default--s", domain: "gateway.test", ...own }));

Deno.test("Connection sends nothing when it is made, and says at once what is missing", () => {
  const fake = new FakeFetch(OK);
  make({ fetch: fake.fetch, runtimeToken: () => assert(false, "asked for a token") as unknown as string });
  assertEquals(fake.sent.length, 0);
  assertThrows(() => make({ domain: undefined }), TypeError, "pass domain");
});

Deno.test("Connection.view() shares what was learned, and has options of its own", () => {
  const parent = make({ headers: { a: "1", b: "1" }, requestTimeoutMs: 5 });
  const view = parent.view({ headers: { B: "2" }, requestTimeoutMs: 0, user: "node" });
  assertStrictEquals(view.capabilities, parent.capabilities);
  assertEquals(Object.fromEntries(view.options.headers), { a: "1", b: "2" });
  assertEquals(Object.fromEntries(parent.options.headers), { a: "1", b: "1" });
  assertEquals([parent.timeoutMs({}), view.timeoutMs({})], [5, 0]);
  assertEquals([parent.options.user, view.options.user], [undefined, "node"]);
});

Deno.test("Connection.timeoutMs() is the call's, else the client's", () => {
  assertEquals(make().timeoutMs({}), 60_000);
  assertEquals(make({ requestTimeoutMs: 7 }).timeoutMs({ requestTimeoutMs: undefined }), 7);
  assertEquals(make({ requestTimeoutMs: 7 }).timeoutMs({ requestTimeoutMs: 0 }), 0);
  assertThrows(() => make().timeoutMs({ requestTimeoutMs: NaN }), RangeError, "requestTimeoutMs");
});

Deno.test("Connection.call() says what it is about", () => {
  const { mask, ...call } = make().call("read it", "file", { requestTimeoutMs: 3 }, "Basic eDo=");
  assertEquals(typeof mask, "function");
  assertEquals(call, {
    what: "read it",
    subject: "file",
    sandboxId: "default--s",
    timeoutMs: 3,
    authorization: "Basic eDo=",
  });
});
