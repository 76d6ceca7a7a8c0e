/** A token that the gateway refuses is asked for once more, and the call repeated: it did not run. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertRefused } from "../bad_input/refused.ts";
import { behind, CALLS, ID } from "./behind.ts";

const STREAM = "files.write, a stream";

/** A token function that gives one after the other, and how often it was asked. */
function tokens(...values: readonly (() => string | Promise<string>)[]) {
  const source = Object.assign(() => values[Math.min(source.asked++, values.length - 1)]!(), { asked: 0 });
  return source;
}

for (const revision of ["2026-08", "later"] as const) {
  Deno.test(`a runtime token that the gateway refuses is renewed (${revision})`, async () => {
    const dir = await Deno.makeTempDir();
    await using own = await behind({ revision });
    own.route({ token: own.runtime.token });
    for (const [what, call] of Object.entries(CALLS)) {
      if (what === STREAM) continue;
      const runtimeToken = tokens(() => "stale", () => own.runtime.token);
      const sandbox = own.client({ runtimeToken, user: "root", retry: { attempts: 0 } });
      const before = own.answers.length;
      await call(sandbox, dir);
      const answers = own.answers.slice(before);
      assertEquals([runtimeToken.asked, answers[0]?.status, answers[0]?.path], [2, 401, answers[1]?.path], what);
      assertEquals(answers.filter(({ status }) => status === 401).length, 1, what);
      await call(sandbox.with({}), dir);
      assertEquals(runtimeToken.asked, 2, `${what}: a view has the new one, too`);
    }
    await Deno.remove(dir, { recursive: true });
  });

  Deno.test(`a traffic token that expired, or is another object's, is renewed (${revision})`, async () => {
    const dir = await Deno.makeTempDir();
    await using own = await behind({ revision, enableJwtAuth: true }, { trafficAuth: true });
    const bad = {
      expired: () => own.gateway.trafficToken(ID, { expiresAt: new Date(Date.now() - 120_000) }),
      other: () => own.gateway.trafficToken(ID, { uid: "another" }),
    };
    for (const [why, stale] of Object.entries(bad)) {
      for (const [what, call] of Object.entries(CALLS)) {
        if (what === STREAM) continue;
        const trafficToken = tokens(stale, () => own.gateway.trafficToken(ID));
        const before = own.answers.length;
        await call(own.client({ trafficToken, user: "root", retry: { attempts: 0 } }), `${dir}/${why}`);
        const statuses = own.answers.slice(before).map(({ status }) => status);
        assertEquals([trafficToken.asked, statuses.filter((status) => status === 403).length], [2, 1], what);
      }
    }
    await Deno.remove(dir, { recursive: true });
  });
}

Deno.test("a sandbox that is delivered anew takes its clients along, if they can ask for tokens", async () => {
  await using own = await behind({ revision: "later", enableJwtAuth: true }, { trafficAuth: true });
  const trafficToken = tokens(() => own.gateway.trafficToken(ID));
  const sandbox = own.client({ trafficToken, retry: { attempts: 0 } });
  await sandbox.commands.run(["true"]);
  for (const uid of ["second", "third"]) {
    own.route({ trafficAuth: true, uid });
    await sandbox.commands.run(["true"]);
  }
  assertEquals(trafficToken.asked, 3);
});

Deno.test("a token that stays wrong is refused after one more, and a fixed one at once", async () => {
  await using own = await behind({}, { token: "other" });
  await using jwt = await behind({ enableJwtAuth: true }, { trafficAuth: true });
  for (
    const [gateway, option, code, asked] of [
      [own, "runtimeToken", "unauthenticated", 2],
      [jwt, "trafficToken", "forbidden", 2],
    ] as const
  ) {
    for (const [what, call] of Object.entries(CALLS)) {
      const source = tokens(() => "wrong");
      await assertRefused(call(gateway.client({ [option]: source, retry: {}, user: "root" }), "/nowhere"), code, what);
      assertEquals(source.asked, asked, what);
      const before = gateway.answers.length;
      await assertRefused(call(gateway.client({ [option]: "wrong", retry: {}, user: "root" }), "/nowhere"), code, what);
      assertEquals(gateway.answers.length, before + 1, what);
    }
  }
});

Deno.test("a stream cannot be sent twice: the token is renewed, and the caller told to call again", async () => {
  const dir = await Deno.makeTempDir();
  await using own = await behind();
  own.route({ token: own.runtime.token });
  const runtimeToken = tokens(() => own.runtime.token, () => "stale", () => own.runtime.token);
  const sandbox = own.client({ runtimeToken, user: "root", retry: { attempts: 0 } });
  await CALLS[STREAM]!(sandbox, dir); // what is to be learned of the daemon is learned
  own.route({ token: "moved" });
  const error = await assertRefused(CALLS[STREAM]!(sandbox, dir), "unauthenticated");
  assertEquals([error.retryable, error.status], [true, 401]);
  assertStringIncludes(error.hint!, "call again");
  await Deno.remove(dir, { recursive: true });
});
