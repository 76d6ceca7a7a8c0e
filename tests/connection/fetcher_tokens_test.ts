import { assert, assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { AuthenticationError } from "../../src/errors/authentication_error.ts";
import { endpoints } from "../../src/connection/endpoint.ts";
import { Fetcher } from "../../src/connection/fetcher.ts";
import { resolveOptions, type RuntimeClientOptions } from "../../src/options.ts";
import { CALL, copy, FakeFetch, fetcherOf, FORBIDDEN, OK, text, UNAUTHENTICATED } from "./fake_fetch.ts";

const GATEWAY = { sandboxId: "default--s", domain: "gateway.test" };

function counting(): { source: () => Promise<string>; asked(): number } {
  let asked = 0;
  return { source: () => Promise.resolve(`t${++asked}`), asked: () => asked };
}

const RENEWALS = [
  ["runtimeToken", "x-access-token", UNAUTHENTICATED, "unauthenticated"],
  ["trafficToken", "e2b-traffic-access-token", FORBIDDEN, "forbidden"],
] as const;

for (const [option, header, refusal, code] of RENEWALS) {
  Deno.test(`Fetcher.send() asks the ${option} function again after a refusal and repeats any call`, async () => {
    for (const repeat of ["idempotent", "if-nothing-ran", "never"] as const) {
      const { source, asked } = counting();
      const fake = new FakeFetch(refusal, OK);
      const fetcher = fetcherOf(fake, { ...GATEWAY, [option]: source });
      const response = await fetcher.send({ ...CALL, method: "POST", body: Uint8Array.of(1), repeat });
      assertEquals([await response.text(), asked()], ["fine", 2]);
      assertEquals(fake.header(header), ["t1", "t2"]);
      await (await fetcher.send(CALL)).text();
      assertEquals(asked(), 2, "the new one is remembered");
    }
  });

  Deno.test(`Fetcher.send() takes a second refusal of the ${option} as final`, async () => {
    const { source, asked } = counting();
    const fake = new FakeFetch(refusal);
    const fetcher = fetcherOf(fake, { ...GATEWAY, [option]: source });
    const error = await assertRejects(() => fetcher.send(CALL), AuthenticationError);
    assertEquals([error.code, error.status, error.retryable], [code, refusal.status, false]);
    assertEquals([fake.sent.length, asked()], [2, 2]);
  });

  Deno.test(`Fetcher.send() cannot renew a ${option} that is a string`, async () => {
    const fake = new FakeFetch(refusal, OK);
    const fetcher = fetcherOf(fake, { ...GATEWAY, [option]: "fixed" });
    assertEquals((await assertRejects(() => fetcher.send(CALL), AuthenticationError)).code, code);
    assertEquals(fake.sent.length, 1);
  });

  Deno.test(`Fetcher.send() never repeats a stream, but asks the ${option} function again`, async () => {
    const { source, asked } = counting();
    const fake = new FakeFetch(refusal, OK);
    const fetcher = fetcherOf(fake, { ...GATEWAY, [option]: source });
    const body = new Blob(["content"]).stream();
    const error = await assertRejects(() => fetcher.send({ ...CALL, method: "POST", body }), AuthenticationError);
    assertEquals([error.code, error.retryable, error.sandboxId], [code, true, undefined]);
    assertEquals([fake.sent.length, asked()], [1, 2]);
    await (await fetcher.send({ ...CALL, method: "POST", body: new Blob(["again"]).stream() })).text();
    assertEquals(fake.header(header), ["t1", "t2"]);
  });
}

Deno.test("Fetcher.send() asks each function once for concurrent first calls", async () => {
  const runtime = counting();
  const traffic = counting();
  const fake = new FakeFetch(OK);
  const fetcher = fetcherOf(fake, { ...GATEWAY, runtimeToken: runtime.source, trafficToken: traffic.source });
  await Promise.all([1, 2, 3].map(async () => await (await fetcher.send(CALL)).text()));
  assertEquals([runtime.asked(), traffic.asked(), fake.sent.length], [1, 1, 3]);
});

Deno.test("Fetcher.send() asks once for concurrent refusals, however they come", async () => {
  let asked = 0;
  let give = (_token: string) => {};
  const source = () => ++asked === 1 ? "old" : new Promise<string>((resolve) => give = resolve);
  const late = Promise.withResolvers<Response>();
  let olds = 0;
  const fake = new FakeFetch(({ headers }) => {
    if (headers.get("x-access-token") === "new") return copy(OK);
    // The second refusal comes while the function is being asked for the first.
    return ++olds === 2 ? late.promise : copy(UNAUTHENTICATED);
  });
  const fetcher = fetcherOf(fake, { runtimeToken: source });
  const calls = Promise.all([1, 2, 3].map(async () => await (await fetcher.send(CALL)).text()));
  while (asked < 2) await Promise.resolve();
  late.resolve(copy(UNAUTHENTICATED));
  await new Promise((resolve) => setTimeout(resolve, 0));
  give("new");
  assertEquals([await calls, asked, fake.sent.length], [["fine", "fine", "fine"], 2, 6]);
});

Deno.test("Fetcher.send() renews both tokens in one call, one after the other", async () => {
  const fake = new FakeFetch(UNAUTHENTICATED, FORBIDDEN, OK);
  const runtimeToken = counting();
  const trafficToken = counting();
  const fetcher = fetcherOf(fake, { ...GATEWAY, runtimeToken: runtimeToken.source, trafficToken: trafficToken.source });
  await (await fetcher.send(CALL)).text();
  assertEquals(fake.header("x-access-token"), ["t1", "t2", "t2"]);
  assertEquals(fake.header("e2b-traffic-access-token"), ["t1", "t1", "t2"]);
});

Deno.test("Fetcher.send() asks no token function for an account that is unknown", async () => {
  const { source, asked } = counting();
  const unknown = Response.json({ code: "unauthenticated", message: "invalid username: 'node'" }, { status: 401 });
  const fake = new FakeFetch(unknown);
  const error = await assertRejects(() => fetcherOf(fake, { runtimeToken: source }).send(CALL), AuthenticationError);
  assertEquals([error.code, fake.sent.length, asked()], ["unknown_user", 1, 1]);
});

Deno.test("Fetcher.send() repeats nothing with retry: false, but the next call has a new token", async () => {
  const { source } = counting();
  const fake = new FakeFetch(UNAUTHENTICATED, OK);
  const fetcher = fetcherOf(fake, { runtimeToken: source, retry: false });
  await assertRejects(() => fetcher.send(CALL), AuthenticationError);
  await (await fetcher.send(CALL)).text();
  assertEquals(fake.header("x-access-token"), ["t1", "t2"]);
});

Deno.test("Fetcher.send() rejects with the cause where a token function throws, and sends nothing", async () => {
  const cause = new Error("no vault");
  for (
    const fails of [() => Promise.reject(cause), (): never => {
      throw cause;
    }]
  ) {
    let failing = true;
    const fake = new FakeFetch(OK);
    const fetcher = fetcherOf(fake, { runtimeToken: () => failing ? fails() : "fine" });
    const error = await assertRejects(() => fetcher.send(CALL), AuthenticationError, "its function failed");
    assertStrictEquals(error.cause, cause);
    assertEquals(fake.sent.length, 0);
    failing = false;
    await (await fetcher.send(CALL)).text();
    assertEquals(fake.header("x-access-token"), ["fine"]);
  }
});

Deno.test("Fetcher shares its tokens with the fetchers of views", async () => {
  const { source, asked } = counting();
  const fake = new FakeFetch(OK);
  const parent = fetcherOf(fake, { runtimeToken: source });
  const options: RuntimeClientOptions = { sandboxBaseUrl: "http://sandbox.test", headers: { "x-view": "1" } };
  const resolved = resolveOptions({ ...options, fetch: fake.fetch });
  const view = new Fetcher(resolved, endpoints(resolved), parent);
  await Promise.all([parent, view].map(async (fetcher) => await (await fetcher.send(CALL)).text()));
  assertEquals([asked(), fake.header("x-access-token"), fake.header("x-view")], [1, ["t1", "t1"], [null, "1"]]);
});

Deno.test("Fetcher.send() shows a token in no error, however it is looked at", async () => {
  const token = "very-secret-value";
  for (const answer of [UNAUTHENTICATED, FORBIDDEN, text(500, "oops"), new TypeError("reset")]) {
    const fetcher = fetcherOf(new FakeFetch(answer), {
      ...GATEWAY,
      runtimeToken: () => token,
      trafficToken: token,
      apiKey: token,
      headers: { "x-own": token },
      retry: false,
    });
    const error = await assertRejects(() => fetcher.send({ ...CALL, authorization: `Basic ${token}` }));
    assertInstanceOf(error, Error);
    const shown = [
      Deno.inspect(error, { depth: 20, showHidden: true }),
      JSON.stringify(error),
      error.stack,
      `${error}`,
    ];
    assert(shown.every((words) => !words?.includes(token)));
  }
});
