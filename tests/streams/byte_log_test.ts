import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { ByteLog } from "../../src/streams/byte_log.ts";
import { concat } from "../../src/streams/bytes.ts";
import { countingFreed } from "./memory.ts";
import { numbered, seeded } from "./random.ts";

const SIZES = [0, 1, 2, 7, 100, 1023, 1024, 5_000, 16_383, 16_384, 40_000, 65_536, 100_000];

/** How many bytes the log has asked the engine for since, by way of what it allocates. */
function countingAllocations(work: () => void): { bytes: number; arrays: number } {
  const counted = { bytes: 0, arrays: 0 };
  const { Uint8Array: Real } = globalThis;
  globalThis.Uint8Array = new Proxy(Real, {
    construct(target, [first, ...rest], self) {
      if (typeof first === "number") counted.arrays++, counted.bytes += first;
      return Reflect.construct(target, [first, ...rest], self);
    },
  });
  try {
    work();
  } finally {
    globalThis.Uint8Array = Real;
  }
  return counted;
}

Deno.test("ByteLog holds what a plain array would, whatever comes and goes", () => {
  const random = seeded(2);
  for (let round = 0; round < 20; round++) {
    const log = new ByteLog();
    let model = new Uint8Array();
    let written = 0;
    for (let step = 0; step < 60; step++) {
      if (random(3) > 0) {
        const chunk = numbered(SIZES[random(SIZES.length)]!, written);
        written += chunk.byteLength;
        log.append(chunk);
        model = added(model, chunk);
      } else {
        const gone = random(4) === 0 ? model.byteLength + 5 : random(model.byteLength + 1);
        log.dropFront(gone);
        model = model.slice(gone);
      }
      assertEquals(log.byteLength, model.byteLength);
      if (step % 7 === 0) assert(equalBytes(concat(log.parts()), model));
    }
    assert(equalBytes(concat(log.parts()), model));
  }
});

Deno.test("ByteLog.append() costs no more memory than its bytes when they come one by one", () => {
  const log = new ByteLog();
  // Each one in a buffer of its own, as a reader that allocates 64 KiB for each read hands them over.
  const big = new Uint8Array(65_536);
  const { bytes, arrays } = countingAllocations(() => {
    for (let index = 0; index < 300_000; index++) log.append(big.subarray(index % 65_536, index % 65_536 + 1));
  });
  assertLessOrEqual(bytes, 2 * 300_000);
  assertLessOrEqual(arrays, 20);
});

Deno.test("ByteLog.append() does not keep the buffer of a small view alive", () => {
  const log = new ByteLog();
  const network = new Uint8Array(1_000_000);
  log.append(network.subarray(0, 100_000));
  network.fill(1);
  assert(concat(log.parts()).every((byte) => byte === 0), "the view was copied");
});

Deno.test("ByteLog.dropFront() lets dropped chunks go", async () => {
  const log = new ByteLog();
  const freed = await countingFreed((watch) => {
    for (let index = 0; index < 40; index++) {
      const chunk = new Uint8Array(65_536);
      watch(chunk.buffer);
      log.append(chunk);
      log.dropFront(65_536);
    }
  });
  assertEquals([log.byteLength, freed], [0, 40]);
});

Deno.test("ByteLog takes more after it was emptied", () => {
  const log = new ByteLog();
  for (let round = 0; round < 200; round++) {
    log.append(numbered(3, round));
    log.dropFront(Infinity);
    assertEquals([log.byteLength, concat(log.parts()).byteLength], [0, 0]);
  }
  log.append(Uint8Array.of(1, 2));
  assertEquals([...concat(log.parts())], [1, 2]);
});

function added(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}
