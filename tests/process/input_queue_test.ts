import { sentBytes } from "../connection/sent_bytes.ts";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { SendInputRequestSchema, SendInputResponseSchema } from "../../gen/process/process_pb.ts";
import { Connection } from "../../src/connection/connection.ts";
import { InvalidArgumentError } from "../../src/errors/invalid_argument_error.ts";
import { TimeoutError } from "../../src/errors/timeout_error.ts";
import { resolveOptions } from "../../src/options.ts";
import { InputQueue } from "../../src/process/input_queue.ts";

type Bytes = Uint8Array<ArrayBuffer>;
const bytes = (text: string): Bytes => new TextEncoder().encode(text);

/** A daemon that says what it was asked, and answers when it is told to. */
class Daemon {
  readonly asked: string[] = [];
  readonly sizes: number[] = [];
  /** Answers of calls that wait, in order. */
  readonly waiting: ((answer?: Response) => void)[] = [];
  holds = false;

  readonly connection: Connection = new Connection(resolveOptions({
    sandboxBaseUrl: "http://daemon.test",
    fetch: async (url, init) => {
      const method = new URL(String(url)).pathname.split("/").at(-1)!;
      const { process, input } = fromBinary(SendInputRequestSchema, await sentBytes(init));
      const data = (input?.input.value ?? new Uint8Array()) as Uint8Array;
      this.sizes.push(data.length);
      this.asked.push(`${method} ${process!.selector.value} ${new TextDecoder().decode(data).slice(0, 3)}`.trim());
      const answer = this.holds
        ? await new Promise<Response | undefined>((tell) => this.waiting.push(tell))
        : undefined;
      const empty = toBinary(SendInputResponseSchema, create(SendInputResponseSchema));
      return answer ?? new Response(empty, { headers: { "content-type": "application/proto" } });
    },
  }));

  /** Resolves when so many calls have arrived. */
  async until(calls: number): Promise<void> {
    while (this.asked.length < calls) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("InputQueue.send() sends calls for one process one after the other, in order", async () => {
  const daemon = new Daemon();
  daemon.holds = true;
  const queue = new InputQueue();
  const all = [..."abc"].map((text) => queue.send(daemon.connection, 7, bytes(text), {}));
  all.push(queue.close(daemon.connection, 7, {}));
  for (let calls = 1; calls <= 4; calls++) {
    await daemon.until(calls);
    assertEquals(daemon.asked.length, calls);
    daemon.waiting.shift()!();
  }
  await Promise.all(all);
  assertEquals(daemon.asked, ["SendInput 7 a", "SendInput 7 b", "SendInput 7 c", "CloseStdin 7"]);
});

Deno.test("InputQueue.send() does not let one process wait for another", async () => {
  const daemon = new Daemon();
  daemon.holds = true;
  const queue = new InputQueue();
  const all = [7, 8].map((pid) => queue.send(daemon.connection, pid, bytes("a"), {}));
  await daemon.until(2);
  for (const answer of daemon.waiting) answer();
  await Promise.all(all);
});

Deno.test("InputQueue.send() cuts data into pieces that a pipe holds, and sends nothing for none", async () => {
  const daemon = new Daemon();
  const queue = new InputQueue();
  await queue.send(daemon.connection, 7, new Uint8Array(150_000), {});
  assertEquals(daemon.sizes, [65_536, 65_536, 18_928]);
  await queue.send(daemon.connection, 7, new Uint8Array(), {});
  assertEquals(daemon.sizes.length, 3);
});

Deno.test("InputQueue.send() that fails sends no more of its data, and does not hold up the next", async () => {
  const daemon = new Daemon();
  daemon.holds = true;
  const queue = new InputQueue();
  const failing = assertRejects(
    () => queue.send(daemon.connection, 7, new Uint8Array(150_000), {}),
    InvalidArgumentError,
  );
  const next = queue.send(daemon.connection, 7, bytes("b"), {});
  await daemon.until(1);
  const message = "error writing to stdin: stdin not enabled or closed";
  daemon.waiting.shift()!(Response.json({ code: "internal", message }, { status: 500 }));
  await failing;
  await daemon.until(2);
  daemon.waiting.shift()!();
  await next;
  assertEquals(daemon.asked.at(-1), "SendInput 7 b");
});

Deno.test("InputQueue.send() ends its wait for its turn with its signal or its limit, and keeps the order", async () => {
  const daemon = new Daemon();
  daemon.holds = true;
  const queue = new InputQueue();
  const controller = new AbortController();
  const first = queue.send(daemon.connection, 7, bytes("a"), { requestTimeoutMs: 0 });
  const aborted = queue.send(daemon.connection, 7, bytes("b"), { signal: controller.signal });
  const late = queue.send(daemon.connection, 7, bytes("c"), { requestTimeoutMs: 10 });
  // At once: on a busy machine it is over before the rest of this was asked.
  const expired = assertRejects(() => late, TimeoutError, "within 10 ms");
  const last = queue.send(daemon.connection, 7, bytes("d"), { requestTimeoutMs: 0 });
  await daemon.until(1);
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => aborted), reason);
  await expired;
  assertEquals(daemon.asked, ["SendInput 7 a"], "the last one does not overtake the first");
  daemon.waiting.shift()!();
  await daemon.until(2);
  daemon.waiting.shift()!();
  await Promise.all([first, last]);
  assertEquals(daemon.asked, ["SendInput 7 a", "SendInput 7 d"]);
});

Deno.test("InputQueue.send() refuses what is no process id, before any request", () => {
  const daemon = new Daemon();
  const misuses = [[-1, RangeError], [1.5, RangeError], [NaN, RangeError], [2 ** 32, RangeError], [
    "7",
    TypeError,
  ]] as const;
  for (const [pid, misuse] of misuses) {
    const send = () => new InputQueue().send(daemon.connection, pid as number, bytes("a"), {});
    assertThrows(send, misuse, "as a process id");
  }
  assertEquals(daemon.asked, []);
});
