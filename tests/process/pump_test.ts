import { assertEquals } from "@std/assert";
import { type Chunk, Output } from "../../src/process/output.ts";
import { ProcessStream } from "../../src/process/process_stream.ts";
import { pump } from "../../src/process/pump.ts";
import { BoundedQueue } from "../../src/streams/bounded_queue.ts";
import { FakeDaemon } from "./fake_daemon.ts";

Deno.test("pump() stops in the middle of a chunk when there is no more room, and goes on there", async () => {
  const daemon = new FakeDaemon();
  daemon.onStream = (stream) => {
    stream.start(7).together(() => {
      for (let i = 0; i < 10; i++) stream.stdout(new Uint8Array(10));
    }).end();
  };
  const call = daemon.connection().call("start command", "process", {});
  const [cut, pause] = [new AbortController(), new AbortController().signal];
  const stream = await ProcessStream.open(daemon.connection(), call, { start: {} }, cut, pause);
  const output = new Output(false, 0);
  const queue = new BoundedQueue<Chunk>(35);
  output.attach(queue);
  let taken = 0;
  const pumped = pump(stream, {
    output,
    take(event) {
      taken++;
      if (event.$case === "data") output.push("stdout", new Uint8Array(10));
      return event.$case === "end";
    },
    onWait() {},
  });
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(taken, 4);
  for (let i = 0; i < 10; i++) await queue.next();
  await pumped;
  assertEquals(taken, 11);
});
