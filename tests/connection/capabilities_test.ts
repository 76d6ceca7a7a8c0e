import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Capabilities } from "../../src/connection/capabilities.ts";
import { connectFailure } from "../../src/connection/error_map/connect.ts";
import { httpFailure } from "../../src/connection/error_map/http.ts";

const unasked = () => Promise.reject(new Error("asked"));

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
    const capabilities = new Capabilities({}, { closeStdin: probe, octetStream: probe });
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
  const capabilities = new Capabilities({}, {
    closeStdin: (pid) => (pids.push(pid), Promise.resolve()),
    octetStream: unasked,
  });
  assertEquals(await Promise.all([1, 2, 3].map(() => capabilities.closeStdin())), [true, true, true]);
  assertEquals(pids, [2 ** 32 - 1]);
});

Deno.test("Capabilities.closeStdin() asks again where a caller gave up waiting for an answer that never came", async () => {
  let asked = 0;
  const capabilities = new Capabilities({}, {
    closeStdin: () => asked++ === 0 ? new Promise(() => {}) : Promise.resolve(),
    octetStream: unasked,
  });
  const controller = new AbortController();
  const waiting = assertRejects(() => capabilities.closeStdin(controller.signal), Error, "enough");
  controller.abort(new Error("enough"));
  await waiting;
  assertEquals([await capabilities.closeStdin(), asked], [true, 2]);
});

Deno.test("Capabilities: what the caller knows is not probed", async () => {
  for (const closeStdin of [true, false]) {
    const probes = { closeStdin: unasked, octetStream: unasked };
    assertEquals(await new Capabilities({ closeStdin }, probes).closeStdin(), closeStdin);
    assertEquals(await new Capabilities({ octetStream: closeStdin }, probes).octetStream(), closeStdin);
  }
});

/** A daemon's answer to raw bytes without a path, as recorded (files-post-octet-stream), and what else may answer. */
const UPLOAD_ANSWERS = {
  "400 that demands a path: newer": [
    httpFailure(
      CONTEXT,
      { status: 400 },
      '{"code":400,"message":"path query parameter is required for raw body upload"}\n',
    ),
    true,
  ],
  "500 that finds no form: 0.2.10": [
    httpFailure(
      CONTEXT,
      { status: 500 },
      '{"code":500,"message":"error parsing multipart form: request Content-Type isn\'t multipart/form-data"}\n',
    ),
    false,
  ],
  "400 of a proxy in front": [httpFailure(CONTEXT, { status: 400 }, "<html><title>400</title></html>"), false],
  "413 of a proxy in front": [httpFailure(CONTEXT, { status: 413 }, "too large"), false],
  "400 about something else": [httpFailure(CONTEXT, { status: 400 }, '{"code":400,"message":"no"}'), false],
  "401": [httpFailure(CONTEXT, { status: 401 }, '{"code":401,"message":"unauthorized access"}'), undefined],
  "403": [httpFailure(CONTEXT, { status: 403 }, "forbidden: invalid or missing traffic access token"), undefined],
  "502": [httpFailure(CONTEXT, { status: 502 }, "healthy sandbox not found: a"), undefined],
  "503": [httpFailure(CONTEXT, { status: 503 }, "sandbox gateway is not ready"), undefined],
} as const;

for (const [name, [{ error }, expected]] of Object.entries(UPLOAD_ANSWERS)) {
  Deno.test(`Capabilities.octetStream() from ${name}`, async () => {
    let asked = 0;
    const octetStream = () => (asked++, Promise.reject(error));
    const capabilities = new Capabilities({}, { closeStdin: unasked, octetStream });
    const ask = () => capabilities.octetStream();
    if (expected !== undefined) assertEquals([await ask(), await ask(), asked], [expected, expected, 1]);
    else {
      assertStrictEquals(await assertRejects(ask), error);
      assertStrictEquals(await assertRejects(ask), error);
      assertEquals(asked, 2, "it decided nothing, so it is asked again");
    }
  });
}
