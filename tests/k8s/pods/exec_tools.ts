import { KubeClient } from "../../../src/k8s/mod.ts";
import type { RawServer } from "../sockets/raw_server.ts";

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
