/** The example, run as a program: on a cluster of its own, and on one that its kubeconfig names. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { FakeCluster } from "../../examples/fake_cluster.ts";

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<[code: number, text: string]> {
  const program = new URL("../../examples/from_k8s.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", program, ...args],
    env: { KUBERNETES_SERVICE_HOST: "", KUBERNETES_SERVICE_PORT: "", ...env, NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)];
}

Deno.test("the example makes a cluster, and shows what comes of a sandbox", async () => {
  const [code, text] = await run([]);
  assertEquals(code, 0, text);
  const lines = text.split("\n").map((line) => line.trim().replace(/ {2,}/, " "));
  const wanted = [
    "stdout hello",
    "stdout found by label",
    "id k7m2qz4x3p5ab",
    "stdout I am default--job-42-1",
    "stdout I am default--job-42-2",
    'caught SandboxNotRunningError (sandbox_not_running): Cannot use sandbox "mine" in "default": it is paused',
    "stdout back again",
    'cause NotFoundError: Cannot go on with sandbox "mine" in "default": it was deleted, and another one has its name',
    "stdout found by name again",
    'caught NotFoundError (sandbox_not_found): Cannot find sandbox "nobody" in "default": there is none',
    'caught AuthenticationError (unauthenticated): Cannot start command "true"',
  ];
  const found = wanted.filter((line) => lines.some((one) => one.startsWith(line)));
  assertEquals(found, wanted, text);
  assert(!text.includes("for the old one only\n  stdout"), text);
});

Deno.test("the example finds a sandbox by the configuration that kubectl would use, and ends by itself", async () => {
  await using cluster = await FakeCluster.start();
  await cluster.deliver({ name: "mine", namespace: "team" });
  await cluster.deliver({
    name: "other",
    namespace: "team",
    labels: { "agents.kruise.io/sandbox-id": "k7m2qz4x3p5ab" },
  });
  await cluster.claim("job", 2);
  await using listener = await cluster.api.listen();
  const dir = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${dir}/config`, JSON.stringify(listener.config));
    const env = { KUBECONFIG: `${dir}/config` };
    const { domain } = cluster.gateway;
    const rows: readonly (readonly [args: readonly string[], ids: readonly string[]])[] = [
      [["mine", "--namespace", "team"], ["team--mine"]],
      [["--id", "k7m2qz4x3p5ab"], ["k7m2qz4x3p5ab"]],
      [["--claim", "job", "--wait"], ["default--job-1", "default--job-2"]],
    ];
    for (const [args, ids] of rows) {
      const [code, text] = await run([...args, "--domain", domain], env);
      assertEquals(code, 0, text);
      assertEquals([...text.matchAll(/^Sandbox (\S+) at/gm)].map(([, id]) => id), [...ids]);
      assertEquals(text.match(/ {2}stdout/g)?.length, ids.length, text);
    }

    const [code, text] = await run(["nobody", "--domain", domain], env);
    assertEquals(code, 1, text);
    assertMatch(
      text,
      /^NotFoundError \(sandbox_not_found\): Cannot find sandbox "nobody" in "default": there is none\n/,
    );
    const [usage, say] = await run(["mine"], env);
    assertEquals(usage, 2, say);
    assertMatch(say, /runs in no pod.*kubectl port-forward/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
