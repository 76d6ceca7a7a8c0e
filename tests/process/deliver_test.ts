import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { checkCallbacks, deliver, type OutputCallback } from "../../src/process/deliver.ts";
import { type Channel, Output } from "../../src/process/output.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const CRAB = bytes("🦀");

function collecting(seen: string[], channel: Channel): OutputCallback {
  return (text) => void seen.push(`${channel}:${text}`);
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

Deno.test("deliver() calls back in arrival order, with characters whole in each stream", async () => {
  const output = new Output(true, 1_000);
  const seen: string[] = [];
  const { done } = deliver(output, { onStdout: collecting(seen, "stdout"), onStderr: collecting(seen, "stderr") });
  output.push("stdout", Uint8Array.of(0x61, ...CRAB.subarray(0, 2)));
  output.push("stderr", bytes("é"));
  output.push("stderr", CRAB.slice(0, 1));
  output.push("stdout", CRAB.slice(2));
  output.push("stderr", CRAB.slice(1, 3));
  output.close();
  await done;
  assertEquals(seen, ["stdout:a", "stderr:é", "stdout:🦀", "stderr:\uFFFD"]);
});

Deno.test("deliver() gives a callback the text as soon as it is complete", async () => {
  const output = new Output(true, 1_000);
  const seen: string[] = [];
  const delivery = deliver(output, { onStdout: collecting(seen, "stdout") });
  output.push("stdout", bytes("a"));
  await turn();
  assertEquals(seen, ["stdout:a"]);
  output.close();
  await delivery.done;
});

Deno.test("deliver() takes only the stream that is asked for, so that the other holds nothing up", async () => {
  for (const [channel, other] of [["stdout", "stderr"], ["stderr", "stdout"]] as const) {
    const output = new Output(false, 0);
    const callback = () => Promise.withResolvers<void>().promise;
    const delivery = deliver(output, channel === "stdout" ? { onStdout: callback } : { onStderr: callback });
    output.push(channel, bytes("a"));
    output.push(other, new Uint8Array(9 * 1024 * 1024));
    assertEquals(output.isFull, false);
    delivery.cancel();
    await turn();
  }
});

Deno.test("deliver() waits for an async callback before the next call", async () => {
  const output = new Output(true, 1_000);
  const seen: string[] = [];
  let release = () => {};
  const { done } = deliver(output, {
    onStdout: async (text) => {
      seen.push(text);
      await new Promise<void>((resolve) => release = resolve);
      seen.push(`done ${text}`);
    },
  });
  for (const text of ["a", "b"]) output.push("stdout", bytes(text));
  output.close();
  await turn();
  assertEquals(seen, ["a"]);
  release();
  await turn();
  assertEquals(seen, ["a", "done a", "b"]);
  release();
  await done;
});

Deno.test("deliver() rejects with what a callback throws, and calls no more", async () => {
  const error = new Error("theirs");
  for (
    const fails of [() => Promise.reject(error), (): never => {
      throw error;
    }]
  ) {
    const output = new Output(true, 1_000);
    let calls = 0;
    const { done } = deliver(output, { onStdout: () => (calls++, fails()) });
    for (const text of ["a", "b"]) output.push("stdout", bytes(text));
    assertStrictEquals(await assertRejects(() => done), error);
    output.push("stdout", bytes("c"));
    output.close();
    await turn();
    assertEquals(calls, 1);
  }
});

Deno.test("deliver() rejects with how the output ended, behind what had arrived", async () => {
  const output = new Output(true, 1_000);
  const seen: string[] = [];
  const { done } = deliver(output, { onStdout: collecting(seen, "stdout") });
  const error = new Error("lost");
  output.push("stdout", bytes("a"));
  output.fail(error);
  assertStrictEquals(await assertRejects(() => done), error);
  assertEquals(seen, ["stdout:a"]);
});

Deno.test("deliver() settles where the callback itself is what ends the output", async () => {
  for (const error of [undefined, new Error("lost")]) {
    const output = new Output(true, 1_000);
    const { done } = deliver(output, { onStdout: () => error === undefined ? output.close() : output.fail(error) });
    await turn();
    output.push("stdout", bytes("a"));
    const late = turn().then(() => "not settled");
    assertStrictEquals(await Promise.race([done, late]).catch((reason) => reason), error);
  }
});

Deno.test("Delivery.cancel() delivers no more, not the half of a character either", async () => {
  const output = new Output(true, 1_000);
  const seen: string[] = [];
  let release = () => {};
  const onStderr = (text: string) => (seen.push(text), new Promise<void>((resolve) => release = resolve));
  const delivery = deliver(output, { onStdout: collecting(seen, "stdout"), onStderr });
  output.push("stdout", CRAB.slice(0, 2));
  output.push("stderr", bytes("b"));
  output.push("stdout", bytes("c"));
  await turn();
  delivery.cancel();
  release();
  await delivery.done;
  output.push("stdout", bytes("d"));
  await turn();
  assertEquals(seen, ["b"]);
});

Deno.test("deliver() without callbacks subscribes to nothing and is done", async () => {
  const output = new Output(false, 0);
  await deliver(output, {}).done;
  output.push("stdout", new Uint8Array(9 * 1024 * 1024));
  assertEquals(output.isFull, false);
});

Deno.test("checkCallbacks() refuses a callback that is no function", () => {
  for (const name of ["onStdout", "onStderr"]) {
    assertThrows(() => checkCallbacks({ [name]: "log" as never }), TypeError, `as ${name}`);
  }
});
