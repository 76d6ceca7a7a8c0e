import { create, toBinary } from "@bufbuild/protobuf";
import { assertEquals, assertStrictEquals } from "@std/assert";
import { StartResponse } from "../../gen/codec/process/process.ts";
import { StartResponseSchema } from "../../gen/process/process_pb.ts";
import { decode } from "../../src/connection/codec.ts";
import { dataEvent } from "../../src/connection/data_event.ts";
import type { Bytes } from "../../src/streams/bytes.ts";
import { numbered, seeded } from "../streams/random.ts";

type Output = "stdout" | "stderr" | "pty";

function dataMessage(name: Output, value: Uint8Array): Bytes {
  const event = { event: { case: "data", value: { output: { case: name, value } } } } as const;
  return toBinary(StartResponseSchema, create(StartResponseSchema, { event })) as Bytes;
}

Deno.test("dataEvent() says what the decoder says, of output of any length, as a view", () => {
  for (const name of ["stdout", "stderr", "pty"] as const) {
    for (const length of [0, 1, 120, 121, 122, 123, 124, 125, 126, 127, 128, 16_380, 16_384, 300_000]) {
      const message = dataMessage(name, numbered(length));
      const quick = dataEvent(message);
      assertEquals(quick, decode(StartResponse, message));
      const event = quick?.event?.event;
      assertStrictEquals(event?.$case === "data" && event.value.output?.value.buffer, message.buffer);
    }
  }
});

Deno.test("dataEvent() leaves other messages to the decoder", () => {
  const output = dataMessage("stdout", numbered(5));
  const others: Uint8Array[] = [
    new Uint8Array(),
    toBinary(
      StartResponseSchema,
      create(StartResponseSchema, { event: { event: { case: "start", value: { pid: 7 } } } }),
    ),
    toBinary(StartResponseSchema, create(StartResponseSchema, { event: { event: { case: "keepalive", value: {} } } })),
    toBinary(StartResponseSchema, create(StartResponseSchema, { event: { event: { case: "data", value: {} } } })),
    // A second field behind, a length that lies, a length of too many bytes, and each part of a message.
    Uint8Array.from([...output, 8, 1]),
    output.map((byte, index) => index === 5 ? byte + 1 : byte),
    Uint8Array.from([10, 0x80, 0x80, 0x80, 0x80, 0x80, 1]),
    ...Array.from(output, (_, length) => output.slice(0, length)),
  ];
  for (const message of others) assertEquals(dataEvent(message as Bytes), undefined, String(message));
});

Deno.test("dataEvent() never differs from the decoder, whatever the bytes", () => {
  const random = seeded(11);
  let same = 0;
  for (let round = 0; round < 50_000; round++) {
    const name = (["stdout", "stderr", "pty"] as const)[random(3)]!;
    const message = dataMessage(name, numbered(random(20)));
    for (let change = random(3); change > 0; change--) message[random(message.length)] = random(256);
    const quick = dataEvent(message);
    if (quick === undefined) continue;
    same++;
    assertEquals(quick, decode(StartResponse, message));
  }
  assertEquals(same > 1_000, true);
});
