/** Without a `kube` and without a `domain`: the configuration that is found, and the gateway of the pod's own cluster. */

import { assertEquals, assertMatch } from "@std/assert";
import { startFakeKube } from "../../../src/testing/mod.ts";

const lastTransitionTime = "2026-08-22T09:58:31Z";
const conditions = [{ type: "Ready", status: "True", reason: "PodReady", message: "", lastTransitionTime }];
const SANDBOX = {
  apiVersion: "agents.kruise.io/v1alpha1",
  kind: "Sandbox",
  metadata: { name: "mine" },
  spec: {},
  status: { phase: "Running", conditions },
};

async function run(env: Record<string, string>, ...more: readonly string[]): Promise<string> {
  const program = new URL("from_program.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", program, ...more],
    env: { KUBERNETES_SERVICE_HOST: "", KUBERNETES_SERVICE_PORT: "", KUBECONFIG: "", ...env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("the gateway of the cluster is known in a pod of that cluster alone", async () => {
  const dir = await Deno.makeTempDir();
  try {
    await using api = await startFakeKube({ objects: [SANDBOX] });
    await using listener = await api.listen();
    await Deno.writeTextFile(`${dir}/config`, JSON.stringify(listener.config));
    const [host = "", port = ""] = new URL(listener.url).host.split(":");
    const KUBECONFIG = `${dir}/config`;
    const pod = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };

    // Each ends by itself, with all connections closed.
    const [inside, elsewhere, given, outside, nothing] = await Promise.all([
      run({ KUBECONFIG, ...pod }),
      run({ KUBECONFIG, ...pod, KUBERNETES_SERVICE_PORT: "1" }),
      run({ KUBECONFIG, ...pod, KUBERNETES_SERVICE_PORT: "1" }, "own"),
      run({ KUBECONFIG }),
      run({ KUBECONFIG: `${dir}/nothing`, ...pod }),
    ]);
    assertEquals(inside, "http://sandbox-gateway.sandbox-system.svc:7788\n");
    assertMatch(elsewhere, /^TypeError: Cannot tell where the sandbox gateway is, as this pod is in another cluster/);
    assertEquals(given, inside, "who passes a client knows its cluster");
    assertMatch(outside, /^TypeError: Cannot tell where the sandbox gateway is, as this program runs in no pod/);
    assertMatch(
      nothing,
      /^KubeConfigError: Cannot find a Kubernetes configuration: KUBECONFIG names no file that exists/,
    );
    assertEquals(api.requests.map(({ verb }) => verb), ["get", "get"]);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
