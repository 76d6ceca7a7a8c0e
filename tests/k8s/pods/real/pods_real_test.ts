/**
 * The program beside this, on a real API server. `tests/kube/README.md` says how to start one; without it
 * (`KUBECONFIG_TOKEN`), there is nothing to run against.
 */

import { assertEquals } from "@std/assert";

const kubeconfig = Deno.env.get("KUBECONFIG_TOKEN");

Deno.test({
  name: "copies, logs and ports on a real API server",
  ignore: kubeconfig === undefined,
  async fn() {
    const program = new URL("pods_program.ts", import.meta.url).pathname;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-check", program],
      env: { KUBECONFIG: kubeconfig! },
      stdin: "null",
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
  },
});
