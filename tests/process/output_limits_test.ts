import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { outputOf, overflowError } from "../../src/process/output_limits.ts";
import type { Session } from "../../src/process/session.ts";

const MIB = new Uint8Array(1024 * 1024);

Deno.test("outputOf() keeps 256 MiB where maxOutputBytes is Infinity, which is what fits into one string", () => {
  const output = outputOf({ maxOutputBytes: Infinity });
  for (let mib = 0; mib < 256; mib++) output.push("stdout", MIB);
  assertEquals(output.overflowed, false);
  output.push("stdout", new Uint8Array(1));
  assertEquals(output.overflowed, true);
});

Deno.test("overflowError() says how many bytes are kept, not how many were asked for", () => {
  const session = { pid: 7, sandboxId: undefined } as Session;
  const stopped = {
    partial: { stdout: "", stderr: "", stdoutBytes: MIB, stderrBytes: MIB, truncatedBytes: 1 },
    mayRun: false,
  };
  for (
    const [maxOutputBytes, bytes] of [[Infinity, 256 * 1024 * 1024], [undefined, 32 * 1024 * 1024], [9, 9]] as const
  ) {
    const { message } = overflowError('command "yes"', { maxOutputBytes }, session)(stopped) as Error;
    assertStringIncludes(message, `larger than ${bytes} bytes and was killed`);
  }
});

Deno.test("outputOf() refuses limits that are none", () => {
  for (const maxOutputBytes of [-1, NaN]) assertThrows(() => outputOf({ maxOutputBytes }), RangeError);
  assertThrows(() => outputOf({ maxOutputBytes: "9" as never }), TypeError);
  assertThrows(() => outputOf({ overflow: "drop" as never }), TypeError);
});
