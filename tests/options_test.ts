import { assertEquals, assertFalse, assertStrictEquals, assertThrows } from "@std/assert";
import { checkUser, resolveOptions, resolveView, type RuntimeClientOptions } from "../src/options.ts";

Deno.test("resolveOptions() fills in the defaults", () => {
  const { headers, fetch: _fetch, ...rest } = resolveOptions({});
  assertEquals([...headers], []);
  assertEquals(rest, {
    sandboxId: undefined,
    domain: undefined,
    scheme: "http",
    routing: "header",
    sandboxBaseUrl: undefined,
    runtimeToken: undefined,
    trafficToken: undefined,
    portAccessToken: false,
    apiKey: undefined,
    authHeader: undefined,
    user: undefined,
    runtimePort: 49983,
    requestTimeoutMs: 60_000,
    retry: { gatewayMs: 2_000, attempts: 2 },
    maxFrameBytes: 64 * 1024 * 1024,
    capabilities: {},
    onRequest: undefined,
    onResponse: undefined,
  });
});

Deno.test("resolveOptions() keeps what is set, and copies what may change", () => {
  const headers = { "X-A": "1" };
  const capabilities = { closeStdin: true };
  const token = () => "abc";
  const resolved = resolveOptions({
    headers,
    capabilities,
    runtimeToken: token,
    retry: { attempts: 0, gatewayMs: Infinity },
    maxFrameBytes: Infinity,
    requestTimeoutMs: 0,
  });
  headers["X-A"] = "2";
  capabilities.closeStdin = false;
  assertEquals([resolved.headers.get("x-a"), resolved.capabilities.closeStdin], ["1", true]);
  assertStrictEquals(resolved.runtimeToken, token);
  assertEquals([resolved.retry, resolved.maxFrameBytes], [{ attempts: 0, gatewayMs: Infinity }, Infinity]);
  assertEquals(resolveOptions({ retry: false }).retry, false);
});

Deno.test("resolveOptions() takes undefined for absent, and empty secrets too", () => {
  const absent = Object.fromEntries(Object.keys(resolveOptions({})).map((key) => [key, undefined]));
  assertEquals(JSON.stringify(resolveOptions(absent)), JSON.stringify(resolveOptions({})));
  const { runtimeToken, trafficToken, apiKey, authHeader } = resolveOptions({
    runtimeToken: "",
    trafficToken: "",
    apiKey: "",
    authHeader: "",
  });
  assertEquals([runtimeToken, trafficToken, apiKey, authHeader], Array(4).fill(undefined));
});

Deno.test("resolveOptions() looks the global fetch up at every call", async () => {
  const { fetch } = resolveOptions({});
  const real = globalThis.fetch;
  globalThis.fetch = () => Promise.resolve(new Response("patched"));
  try {
    assertEquals(await (await fetch("http://a.test")).text(), "patched");
  } finally {
    globalThis.fetch = real;
  }
});

const WRONG: readonly (readonly [Record<string, unknown>, typeof TypeError | typeof RangeError, string])[] = [
  [{ sandboxId: "" }, TypeError, "sandboxId"],
  [{ sandboxId: 5 }, TypeError, "sandboxId"],
  [{ domain: "  " }, TypeError, "domain"],
  [{ sandboxBaseUrl: "" }, TypeError, "sandboxBaseUrl"],
  [{ sandboxBaseUrl: 5 }, TypeError, "sandboxBaseUrl"],
  [{ scheme: "ftp" }, TypeError, "pass one of http, https"],
  [{ routing: "dns" }, TypeError, "pass one of header, path, host"],
  [{ runtimeToken: 5 }, TypeError, "runtimeToken"],
  [{ runtimePort: 0 }, RangeError, "runtimePort"],
  [{ runtimePort: 65_536 }, RangeError, "runtimePort"],
  [{ runtimePort: 1.5 }, RangeError, "runtimePort"],
  [{ runtimePort: "80" }, RangeError, "runtimePort"],
  [{ requestTimeoutMs: -1 }, RangeError, "requestTimeoutMs"],
  [{ requestTimeoutMs: NaN }, RangeError, "requestTimeoutMs"],
  [{ retry: { gatewayMs: -1 } }, RangeError, "retry.gatewayMs"],
  [{ retry: { attempts: 1.5 } }, RangeError, "retry.attempts"],
  [{ maxFrameBytes: -1 }, RangeError, "maxFrameBytes"],
  [{ user: "" }, TypeError, "user"],
  [{ user: "a:b" }, TypeError, "user"],
  [{ fetch: "fetch" }, TypeError, "fetch"],
  [{ onRequest: 5 }, TypeError, "onRequest"],
  [{ onResponse: {} }, TypeError, "onResponse"],
  [{ headers: { "a b": "1" } }, TypeError, "headers"],
];
for (const [options, type, words] of WRONG) {
  Deno.test(`resolveOptions() refuses ${Deno.inspect(options)}`, () => {
    assertThrows(() => resolveOptions(options as RuntimeClientOptions), type, words);
  });
}

Deno.test("resolveOptions() refuses no options at all, and says what to pass", () => {
  for (const options of [undefined, null, "http://a.test"]) {
    assertThrows(
      () => resolveOptions(options as unknown as RuntimeClientOptions),
      TypeError,
      "pass { sandboxId, domain }",
    );
  }
});

for (const name of ["runtimeToken", "trafficToken", "apiKey", "authHeader"]) {
  Deno.test(`resolveOptions() does not show a ${name} that no header can hold`, () => {
    for (const secret of ["hunter2\n", "hunter2\u0000", "hünter2"]) {
      const { message } = assertThrows(() => resolveOptions({ [name]: secret }), TypeError, name);
      assertFalse(/h.nter2/.test(message));
    }
  });
}

Deno.test("resolveOptions() does not show a header that HTTP does not allow", () => {
  const headers = { authorization: "Bearer hunter2\0" };
  for (const make of [() => resolveOptions({ headers }), () => resolveView(resolveOptions({}), { headers })]) {
    const error = assertThrows(make, TypeError);
    assertFalse(Deno.inspect(error, { depth: 10, showHidden: true }).includes("hunter2"));
  }
});

Deno.test("resolveView() sets what is given, merges headers whatever their case, and keeps the rest", () => {
  const onRequest = () => {};
  const base = resolveOptions({ user: "user", headers: { "X-A": "1", "X-B": "1" }, onRequest, runtimeToken: "abc" });
  const view = resolveView(base, { user: "node", headers: { "x-a": "2" }, requestTimeoutMs: 5 });
  assertEquals(Object.fromEntries(view.headers), { "x-a": "2", "x-b": "1" });
  assertEquals([view.user, view.requestTimeoutMs, view.onRequest, view.runtimeToken], ["node", 5, onRequest, "abc"]);
  const same = resolveView(base, { user: undefined, headers: undefined, requestTimeoutMs: undefined });
  assertEquals([same.user, same.requestTimeoutMs, [...same.headers]], ["user", 60_000, [...base.headers]]);
  assertThrows(() => resolveView(base, { user: "a:b" }), TypeError, "user");
  assertThrows(() => resolveView(base, { requestTimeoutMs: -1 }), RangeError);
  assertThrows(() => resolveView(base, { onResponse: 5 as never }), TypeError, "onResponse");
});

Deno.test("checkUser() takes any name without a colon and control characters", () => {
  for (const name of ["root", "a b", "jürgen", "1000", "a.b-c_d$"]) assertEquals(checkUser(name), name);
  assertEquals(checkUser(undefined), undefined);
  for (const name of [null, 5, "", ":", "\x7f"]) assertThrows(() => checkUser(name as string), TypeError);
});
