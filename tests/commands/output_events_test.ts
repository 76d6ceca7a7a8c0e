import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { outputEvents } from "../../src/commands/output_events.ts";
import { Output } from "../../src/process/output.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const CRAB = bytes("🦀");

const RESULT = {
  exitCode: 3,
  stdout: "",
  stderr: "",
  stdoutBytes: new Uint8Array(),
  stderrBytes: new Uint8Array(),
  truncatedBytes: 0,
  pid: 7,
};

Deno.test("outputEvents() gives data as received, text as it becomes complete, then the exit", async () => {
  const output = new Output(true, 1_000);
  const events = outputEvents(output, Promise.resolve(RESULT));
  const first = events.next();
  output.push("stdout", CRAB.slice(0, 2));
  output.push("stderr", bytes("e"));
  output.push("stdout", CRAB.slice(2));
  output.close();
  assertEquals([(await first).value, ...await Array.fromAsync(events)], [
    { type: "stdout", data: CRAB.slice(0, 2), text: "" },
    { type: "stderr", data: bytes("e"), text: "e" },
    { type: "stdout", data: CRAB.slice(2), text: "🦀" },
    { type: "exit", result: RESULT },
  ]);
});

Deno.test("outputEvents() gives one U+FFFD for a character that never became whole", async () => {
  const output = new Output(true, 1_000);
  output.push("stderr", CRAB.slice(0, 3));
  output.close();
  assertEquals(await Array.fromAsync(outputEvents(output, Promise.resolve(RESULT))), [
    { type: "stderr", data: CRAB.slice(0, 3), text: "" },
    { type: "stderr", data: new Uint8Array(), text: "\uFFFD" },
    { type: "exit", result: RESULT },
  ]);
});

Deno.test("outputEvents() subscribes with the first event, and leaves with the loop", async () => {
  const output = new Output(false, 0);
  const events = outputEvents(output, Promise.resolve(RESULT));
  output.push("stdout", new Uint8Array(9 * 1024 * 1024));
  assertEquals(output.isFull, false);
  const first = events.next();
  output.push("stdout", bytes("a"));
  await first;
  output.push("stdout", new Uint8Array(9 * 1024 * 1024));
  assertEquals(output.isFull, true);
  await events.return(undefined);
  assertEquals(output.isFull, false);
});

Deno.test("outputEvents() rejects with how the output ended, behind what had arrived", async () => {
  const output = new Output(true, 1_000);
  const error = new Error("lost");
  output.push("stdout", bytes("a"));
  output.fail(error);
  const outcome = Promise.reject(error);
  outcome.catch(() => {});
  const events = outputEvents(output, outcome);
  assertEquals((await events.next()).value?.type, "stdout");
  assertStrictEquals(await assertRejects(() => events.next()), error);
  assertEquals((await events.next()).done, true);
});
