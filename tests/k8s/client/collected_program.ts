/** Ends a watch whose signals nobody but the watch holds, after the garbage was collected. Needs `--expose-gc`. */

import { KubeClient } from "../../../src/k8s/mod.ts";
import { startFakeKube } from "../../../src/testing/mod.ts";

const { gc } = globalThis as unknown as { gc(): void };

await using fake = await startFakeKube();
await using listener = await fake.listen();
const kube = await KubeClient.fromConfig(listener.config);
const ended = setTimeout(() => {
  console.error("the watch did not end");
  Deno.exit(1);
}, 20_000);

async function watching(): Promise<void> {
  while (fake.watches === 0) await new Promise((resolve) => setTimeout(resolve));
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
}

const events = kube.sandboxes().watch()[Symbol.asyncIterator]();
const next = events.next();
await watching();
await events.return!();
await next;
while (fake.watches > 0) await new Promise((resolve) => setTimeout(resolve));

const controller = new AbortController();
const { body } = await kube.request("/api/v1/pods?watch=true", { signal: controller.signal });
const read = body!.getReader().read().then(() => "it ended", (error) => error);
await watching();
controller.abort("enough");
console.log(await read);

const { body: other } = await kube.request("/api/v1/pods?watch=true");
const last = other!.getReader().read().then(() => "it ended", () => "closed");
await watching();
await kube.close();
console.log(await last);
clearTimeout(ended);
