/**
 * kubectl takes the fake for an API server. `K8S_KUBECTL` says where one of 1.31 or later is; `tests/kube/up.sh` builds
 * one.
 */

import { assertEquals } from "@std/assert";
import { startPods } from "./pod_tools.ts";

const kubectl = Deno.env.get("K8S_KUBECTL") ?? "";

Deno.test({
  name: "kube pods: kubectl runs commands, copies and reads logs",
  ignore: kubectl === "",
  async fn() {
    await using kube = await startPods();
    await using listener = await kube.listen();
    const home = await Deno.makeTempDir();
    const call = async (args: readonly string[], input = "") => {
      const child = new Deno.Command(kubectl, {
        args: ["--kubeconfig=/dev/null", `--server=${listener.url}`, ...args],
        env: { HOME: home },
        cwd: home,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const writer = child.stdin.getWriter();
      // A command that fails reads nothing.
      await writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
      const { code, stdout, stderr } = await child.output();
      return [code, new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)];
    };
    try {
      assertEquals(await call(["exec", "box", "--", "sh", "-c", "echo out; echo err >&2; exit 3"]), [
        3,
        "out\n",
        "err\ncommand terminated with exit code 3\n",
      ]);
      const long = "x".repeat(1_000_000);
      assertEquals(await call(["exec", "-i", "box-spdy", "--", "wc", "-c"], long), [0, "1000000\n", ""]);
      assertEquals(await call(["exec", "-i", "box", "--", "cat"], long), [0, long, ""]);
      assertEquals(await call(["exec", "unbound", "--", "true"]), [
        1,
        "",
        "error: unable to upgrade connection: pod unbound does not have a host assigned\n",
      ]);
      assertEquals(await call(["exec", "broken", "--", "true"]), [
        1,
        "",
        'error: unable to upgrade connection: container not found ("main")\n',
      ]);
      await Deno.mkdir(`${home}/there/in`, { recursive: true });
      await Deno.writeTextFile(`${home}/there/in/file`, "content\n");
      assertEquals(await call(["cp", "there", "box:here"]), [0, "", ""]);
      assertEquals(await call(["exec", "box", "--", "cat", "here/in/file"]), [0, "content\n", ""]);
      assertEquals((await call(["cp", "box:here/in", "back"]))[0], 0);
      assertEquals(await Deno.readTextFile(`${home}/back/file`), "content\n");
      kube.pods.print({ pod: "two", container: "second" }, "one\ntwo\n");
      assertEquals(await call(["logs", "two", "-c", "second", "--tail=1"]), [0, "two\n", ""]);
    } finally {
      await Deno.remove(home, { recursive: true });
    }
  },
});
