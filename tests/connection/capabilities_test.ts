import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Capabilities } from "../../src/connection/capabilities.ts";
import { connectFailure } from "../../src/connection/error_map/connect.ts";
import { httpFailure } from "../../src/connection/error_map/http.ts";

const CONTEXT = { what: "probe it", subject: "process" } as const;

/** A daemon's answer to CloseStdin of a pid that cannot exist, as recorded, and what else may answer. */
const ANSWERS = {
  "404 with a Connect not_found: newer": [
    httpFailure(CONTEXT, { status: 404 }, '{"code":"not_found","message":"process with pid 999999 not found"}'),
    true,
  ],
  "404 in plain text: 0.2.10": [httpFailure(CONTEXT, { status: 404 }, "404 page not found\n"), false],
  "unimplemented": [connectFailure(CONTEXT, "unimplemented", "", { status: 501 }), false],
  "401": [httpFailure(CONTEXT, { status: 401 }, '{"code":401,"message":"unauthorized access"}'), undefined],
  "502": [httpFailure(CONTEXT, { status: 502 }, "healthy sandbox not found: a"), undefined],
  "503": [httpFailure(CONTEXT, { status: 503 }, "sandbox gateway is not ready"), undefined],
  "405": [httpFailure(CONTEXT, { status: 405 }, ""), undefined],
  "a web page": [httpFailure(CONTEXT, { status: 404 }, "<!doctype html><title>Nothing here</title>"), undefined],
} as const;

for (const [name, [{ error }, expected]] of Object.entries(ANSWERS)) {
  Deno.test(`Capabilities.closeStdin() from ${name}`, async () => {
    let asked = 0;
    let refused = true;
    const probe = () => (asked++, refused ? Promise.reject(error) : Promise.resolve());
    const capabilities = new Capabilities({}, probe);
    const ask = () => capabilities.closeStdin();
    if (expected !== undefined) {
      assertEquals([await ask(), await ask(), asked], [expected, expected, 1]);
      return;
    }
    assertStrictEquals(await assertRejects(ask), error);
    assertStrictEquals(await assertRejects(ask), error);
    assertEquals(asked, 2, "it decided nothing, so it is asked again");
    refused = false;
    assertEquals(await ask(), true);
  });
}

Deno.test("Capabilities.closeStdin() probes once for concurrent callers, with a pid that fits the wire", async () => {
  const pids: number[] = [];
  const capabilities = new Capabilities({}, (pid) => (pids.push(pid), Promise.resolve()));
  assertEquals(await Promise.all([1, 2, 3].map(() => capabilities.closeStdin())), [true, true, true]);
  assertEquals(pids, [2 ** 32 - 1]);
});

Deno.test("Capabilities.closeStdin() asks again where a caller gave up waiting for an answer that never came", async () => {
  let asked = 0;
  const capabilities = new Capabilities({}, () => asked++ === 0 ? new Promise(() => {}) : Promise.resolve());
  const controller = new AbortController();
  const waiting = assertRejects(() => capabilities.closeStdin(controller.signal), Error, "enough");
  controller.abort(new Error("enough"));
  await waiting;
  assertEquals([await capabilities.closeStdin(), asked], [true, 2]);
});

Deno.test("Capabilities.closeStdin() is what the caller knows, without a probe", async () => {
  for (const closeStdin of [true, false]) {
    const probe = () => Promise.reject(new Error("asked"));
    assertEquals(await new Capabilities({ closeStdin }, probe).closeStdin(), closeStdin);
  }
});
