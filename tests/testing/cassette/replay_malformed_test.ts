import { assertEquals, assertThrows } from "@std/assert";
import { type Cassette, replay } from "../../../src/testing/mod.ts";
import { cassette, exchange } from "./exchanges.ts";

const GOOD = exchange({}, { body: [{ ms: 0, data: "x" }] });
const MALFORMED: readonly (readonly [string, unknown])[] = [
  ['the cassette is "x", not an object', "x"],
  ["version is missing, not 1", {}],
  ["version is 2, not 1", { version: 2, exchanges: [] }],
  ["exchanges is missing, not an array", { version: 1 }],
  ["exchanges[0] is null, not an object", cassette(null)],
  ["exchanges[1].request is missing, not an object", cassette(GOOD, {})],
  ["exchanges[0] must have one of response, error and left", cassette({ request: GOOD.request })],
  ["exchanges[0] must have one of response, error and left", cassette({ ...GOOD, left: { ms: 0 } })],
  ["exchanges[0].request.method is 1, not a text", cassette({ ...GOOD, request: { ...GOOD.request, method: 1 } })],
  [
    'exchanges[0].request.headers["a"] is 1, not a text',
    cassette({ ...GOOD, request: { ...GOOD.request, headers: { a: 1 } } }),
  ],
  [
    'exchanges[0].request.headers["a b"] is "x", not a header',
    cassette({ ...GOOD, request: { ...GOOD.request, headers: { "a b": "x" } } }),
  ],
  ["exchanges[0].request.body is 5, not a text or { base64 }", cassette(exchange({ body: 5 as never }))],
  [
    'exchanges[0].request.body[1].base64 is "%", not base64',
    cassette(exchange({ body: ["x", { base64: "%" }] })),
  ],
  ['exchanges[0].response.status is "200", not a status', cassette(exchange({}, { status: "200" as never }))],
  ["exchanges[0].response.ms is -1, not milliseconds", cassette(exchange({}, { ms: -1 }))],
  [
    "exchanges[0].response.body[0].data is missing, not a text or { base64 }",
    cassette(exchange({}, { body: [{ ms: 0 } as never] })),
  ],
  ["exchanges[0].response.end is null, not an object", cassette(exchange({}, { body: [], end: null as never }))],
  [
    "exchanges[0].error.message is missing, not a text",
    cassette({ request: GOOD.request, error: { ms: 0, name: "TypeError" } }),
  ],
];

for (const [what, value] of MALFORMED) {
  Deno.test(`replay: a malformed cassette is a TypeError: ${what}`, () => {
    const error = assertThrows(() => replay(value as Cassette), TypeError);
    assertEquals(error.message, `Cannot replay the cassette: ${what}`);
  });
}
