import { assert, assertEquals } from "@std/assert";
import { pour, type Screen } from "../../examples/web_terminal/pour.ts";

Deno.test("web terminal: a screen that is behind holds the stream up, and gets everything in the end", async () => {
  const KIB = 1024;
  let made = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (made === 4 * KIB * KIB) return controller.close();
      controller.enqueue(new Uint8Array(16 * KIB));
      made += 16 * KIB;
    },
  }, { highWaterMark: 0 });
  let shown = 0;
  const parsing: (() => void)[] = [];
  const screen: Screen = {
    write({ byteLength }, callback) {
      parsing.push(() => {
        shown += byteLength;
        callback();
      });
    },
  };
  let over = false;
  const poured = pour(stream, screen).then(() => void (over = true));
  while (!over) {
    await new Promise((resolve) => setTimeout(resolve));
    assert(made - shown <= 600 * KIB, `${made - shown} bytes wait`);
    for (const parse of parsing.splice(0, 8)) parse();
  }
  await poured;
  for (const parse of parsing) parse();
  assertEquals(shown, made);
});
