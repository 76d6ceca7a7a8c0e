import { assert, assertEquals } from "@std/assert";
import { KubeClient } from "../../../src/k8s/mod.ts";
import { frameOf, type RawServer, startRawServer } from "../sockets/raw_server.ts";

/** A client of a server that a test scripts. */
export async function clientOf({ url }: RawServer, ca?: string): Promise<KubeClient> {
  const authority = ca === undefined ? {} : { "certificate-authority-data": btoa(ca) };
  return await KubeClient.fromConfig({
    clusters: [{ name: "c", cluster: { server: url, ...authority } }],
    contexts: [{ name: "x", context: { cluster: "c", namespace: "default" } }],
    "current-context": "x",
  });
}

/** What the status channel says of success. */
export const SUCCESS = '{"metadata":{},"status":"Success"}';

/** What it says of an exit code. */
export function exited(code: number): string {
  return JSON.stringify({
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  });
}

/** A command whose output is not read is held up by that, and loses nothing; over TLS where there is a certificate. */
export async function assertHeldUp(tls?: Parameters<typeof startRawServer>[2], ca?: string): Promise<void> {
  const total = 64 * 1024 * 1024;
  let sent = 0;
  await using server = await startRawServer(
    async (call) => {
      const peer = call.accept();
      const frame = frameOf(2, new Uint8Array(32_769).fill(1));
      for (; sent < total; sent += 32_768) await peer.write(frame);
      await peer.send(3, SUCCESS);
      await peer.close();
    },
    undefined,
    tls,
  );
  await using kube = await clientOf(server, ca);
  const exec = await kube.exec({ pod: "box" }, ["cat", "big"]);
  const reader = exec.stdout.getReader();
  let got = (await reader.read()).value!.byteLength;
  // The kernel's buffers, what waits for this reader, and what waits behind that.
  let before = -1;
  while (sent !== before) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert(sent < total / 2, `${sent} of ${total} bytes were taken from the server`);
  for (let next = await reader.read(); !next.done; next = await reader.read()) got += next.value.byteLength;
  assertEquals(got, total);
  assertEquals((await exec.wait()).exitCode, 0);
}
