import { assertEquals, assertFalse, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import { AuthenticationError } from "../../src/errors/authentication_error.ts";
import { NotFoundError } from "../../src/errors/not_found_error.ts";
import { Token } from "../../src/connection/token.ts";

/** A function that counts how often it is asked. */
function counting(): { source: () => Promise<string>; asked(): number } {
  let asked = 0;
  return { source: () => Promise.resolve(`token ${++asked}`), asked: () => asked };
}

Deno.test("Token.get() gives a string as it is, and undefined for none", async () => {
  assertEquals(await new Token("runtimeToken", "abc").get(), "abc");
  assertEquals(await new Token("runtimeToken", undefined).get(), undefined);
  assertFalse(new Token("runtimeToken", "abc").canRenew);
});

Deno.test("Token.get() asks a function once, also for concurrent callers", async () => {
  const { source, asked } = counting();
  const token = new Token("runtimeToken", source);
  assertEquals(asked(), 0);
  assertEquals(await Promise.all([token.get(), token.get(), token.get()]), ["token 1", "token 1", "token 1"]);
  assertEquals([await token.get(), asked()], ["token 1", 1]);
});

Deno.test("Token.discard() makes it ask again, once for all who were refused", async () => {
  const { source, asked } = counting();
  const token = new Token("runtimeToken", source);
  const refused = await token.get();
  token.discard(refused);
  const first = token.get();
  token.discard(refused); // Another caller's refusal, while the function is being asked.
  const second = token.get();
  assertEquals(await Promise.all([first, second]), ["token 2", "token 2"]);
  token.discard(refused); // And one that comes late.
  assertEquals([await token.get(), asked()], ["token 2", 2]);
});

Deno.test("Token.discard() works for a function that gives the same token, and none", async () => {
  for (const value of ["same", ""]) {
    let asked = 0;
    const token = new Token("trafficToken", () => (asked++, value));
    token.discard(await token.get());
    assertEquals([await token.get(), asked], [value === "" ? undefined : value, 2]);
  }
});

Deno.test("Token.get() rejects all waiting callers where the function throws, and asks again next time", async () => {
  let asked = 0;
  const cause = new Error("no vault");
  const token = new Token("trafficToken", () => {
    if (++asked === 1) throw cause;
    return "abc";
  });
  const [first, second] = await Promise.allSettled([token.get(), token.get()]);
  assertEquals([first!.status, second!.status, asked], ["rejected", "rejected", 1]);
  const { reason } = first as PromiseRejectedResult;
  assertInstanceOf(reason, AuthenticationError);
  assertEquals([reason.code, reason.message], [
    "unauthenticated",
    "Cannot get the trafficToken: its function failed",
  ]);
  assertStrictEquals(reason.cause, cause);
  assertEquals(await token.get(), "abc");
});

Deno.test("Token.get() says what a function says that fails with an error of this package", async () => {
  const hint = "Ask for the sandbox anew";
  const cause = new NotFoundError(`Cannot use Sandbox "s": it was deleted`, { code: "sandbox_not_found", hint });
  const error = await assertRejects(() => new Token("runtimeToken", () => Promise.reject(cause)).get());
  assertInstanceOf(error, AuthenticationError);
  const message = `Cannot get the runtimeToken: its function failed: Cannot use Sandbox "s": it was deleted`;
  assertEquals([error.message, error.hint], [message, hint]);
  assertStrictEquals(error.cause, cause);
});

Deno.test("Token.get() refuses what no header can hold, and does not show it", async () => {
  for (const value of ["secret\n", "sécret", 5 as unknown as string]) {
    const error = await assertRejects(() => new Token("runtimeToken", () => value).get(), AuthenticationError);
    assertFalse(Deno.inspect(error).includes("cret\\n") || Deno.inspect(error).includes("sécret"));
  }
});
