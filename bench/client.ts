/** The same jobs with the client, by its public API alone. */

import { RuntimeClient } from "../mod.ts";
import { measure } from "./measure.ts";
import type { Jobs } from "./rows.ts";
import { source } from "./source.ts";
import type { Text } from "./wire.ts";

// One client for the warm-up and the work, as in a program; what it learns of the daemon, it learns in the warm-up.
let shared: RuntimeClient | undefined;
function client(url: string): RuntimeClient {
  return shared ??= new RuntimeClient({ sandboxBaseUrl: url, runtimeToken: "bench" });
}

async function text(url: string, kind: Text, size: number): Promise<number> {
  let seen = 0;
  const onStdout = (text: string) => {
    seen += text.length;
  };
  await client(url).commands.run(["produce", kind, String(size)], { onStdout, capture: false });
  return seen;
}

const jobs: Jobs = {
  async "stdout-bytes"(url, size) {
    const handle = await client(url).commands.start(["produce", "ascii", String(size)], { capture: false });
    const reader = handle.stdout.getReader();
    let seen = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      seen += value.length;
    }
    await handle.wait();
    return seen;
  },
  "stdout-text": (url, size) => text(url, "ascii", size),
  "stdout-unicode": (url, size) => text(url, "unicode", size),
  async read(url, size) {
    return (await client(url).files.read(`/bench/${size}`)).length;
  },
  async write(url, size) {
    await client(url).files.write(`/bench/${size}`, source(size));
    return size;
  },
};

await measure(jobs);
