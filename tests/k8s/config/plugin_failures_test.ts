import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { findMark, mark } from "../../secrets/marks.ts";
import { shown } from "../../secrets/shown.ts";
import { accessBy, answer, execOf, makePlugin, printing } from "./plugin_tools.ts";
import { refused } from "./tools.ts";

const CERT = `-----BEGIN CERTIFICATE-----\n${mark("cert")}\n-----END CERTIFICATE-----\n`;

/** Runs a plugin that fails, and demands that nothing it printed is told. */
async function failure(script: string, more: Record<string, unknown> = {}): Promise<{ reason: string; hint: string }> {
  await using plugin = await makePlugin(script);
  const args = [mark("argument")];
  const access = await accessBy(execOf(plugin.command, { args, env: [{ name: "A", value: mark("env") }], ...more }), {
    pluginTimeoutMs: 20_000,
  });
  const error = await refused(access.credentials());
  assertEquals(findMark(shown(error)), undefined);
  const [{ source, reason }] = error.tried as [{ source: string; reason: string }];
  assertEquals(source, `credential plugin "${plugin.command}"`);
  assertEquals(error.message, `Cannot get credentials from ${source}: ${reason}`);
  return { reason, hint: error.hint! };
}

Deno.test("a plugin that fails, by exit code and by signal", async () => {
  const failed = await failure(`echo ${mark("out")}; exit 3`);
  assertEquals(failed, { reason: "it ended with exit code 3", hint: "What it said is on stderr" });
  assertEquals((await failure("kill -9 $$")).reason, "it ended with SIGKILL");
});

Deno.test("a plugin that prints nonsense", async () => {
  const status = { token: mark("token") };
  const pair = { clientCertificateData: CERT, clientKeyData: mark("key") };
  for (
    const [output, reason] of [
      ["", "what it printed is no ExecCredential in JSON"],
      [mark("token"), "what it printed is no ExecCredential in JSON"],
      [`{"token":"${mark("token")}"`, "what it printed is no ExecCredential in JSON"],
      [`["${mark("token")}"]`, "what it printed is no ExecCredential in JSON"],
      [answer(status, { kind: mark("kind") }), "what it printed is not of kind ExecCredential"],
      [
        answer(status, { apiVersion: "client.authentication.k8s.io/v1beta1" }),
        "what it printed is not of version client.authentication.k8s.io/v1",
      ],
      [answer(undefined), "its ExecCredential has no status"],
      [answer({}), "it gave neither a token nor a certificate"],
      [answer({ token: "" }), "it gave neither a token nor a certificate"],
      [answer({ token: 5 }), "its token is none that a header can carry"],
      [answer({ token: `${mark("token")}\nX: y` }), "its token is none that a header can carry"],
      [answer({ clientCertificateData: CERT }), "it gave a certificate or a key without the other"],
      [answer(pair), "its certificate or key is no PEM"],
      [answer({ ...status, expirationTimestamp: mark("time") }), "its expirationTimestamp is no date"],
    ] as const
  ) {
    const failed = await failure(printing(output));
    assertEquals(failed.reason, reason);
    assertStringIncludes(failed.hint, "by hand");
  }
});

Deno.test("a plugin that prints without end is ended", async () => {
  assertEquals((await failure(`yes ${mark("out")}`)).reason, "it printed more than 1 MiB");
});

Deno.test("a plugin that is not there, or that cannot be run", async () => {
  for (
    const [command, installHint, hint] of [
      ["/no/such/plugin", "Get it from https://plugin.test", "Get it from https://plugin.test"],
      ["no-such-plugin-anywhere", undefined, "Install it, or add its directory to PATH"],
    ] as const
  ) {
    const error = await refused((await accessBy(execOf(command, { installHint }))).credentials());
    assertEquals(error.message, `Cannot get credentials from credential plugin "${command}": it was not found`);
    assertEquals(error.hint, hint);
  }
  await using plugin = await makePlugin("");
  await Deno.chmod(plugin.command, 0o644);
  const error = await refused((await accessBy(execOf(plugin.command))).credentials());
  assertStringIncludes(error.message, "it is not executable");
});

/** Whether the process runs whose id is in a file. */
async function runs(pidFile: string): Promise<boolean> {
  const pid = (await Deno.readTextFile(pidFile).catch(() => "none")).trim();
  const state = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  return state !== "" && !/\) Z /.test(state);
}

/** Waits until a file says something, which a plugin is about to write. */
async function written(path: string): Promise<void> {
  while ((await Deno.readTextFile(path).catch(() => "")) === "") await new Promise((next) => setTimeout(next, 5));
}

/** Waits for the end of a process, which was brought about already. */
async function ended(pidFile: string): Promise<void> {
  const started = performance.now();
  while (await runs(pidFile)) {
    assert(performance.now() - started < 20_000, "it still runs");
    await new Promise((next) => setTimeout(next, 5));
  }
}

const HANGS = `sleep 6161 & echo $! >"$dir/pid"; wait`;

Deno.test("a plugin that hangs is ended, with what it started", async () => {
  await using plugin = await makePlugin(HANGS);
  const access = await accessBy(execOf(plugin.command), { pluginTimeoutMs: 300 });
  const error = await refused(access.credentials());
  assertStringIncludes(error.message, "it did not end within 300 ms");
  assertStringIncludes(error.hint!, "login");
  await ended(`${plugin.dir}/pid`);
});

Deno.test("what a plugin leaves behind is ended where it holds the output", async () => {
  await using plugin = await makePlugin(`sleep 6161 & echo $! >"$dir/pid"`);
  const access = await accessBy(execOf(plugin.command), { pluginTimeoutMs: 300 });
  assertStringIncludes((await refused(access.credentials())).message, "it did not end within 300 ms");
  await ended(`${plugin.dir}/pid`);
});

Deno.test("a plugin is ended when nobody waits for it any more, and not before", async () => {
  await using plugin = await makePlugin(HANGS);
  const access = await accessBy(execOf(plugin.command));
  const controllers = [new AbortController(), new AbortController()];
  const reasons = [new Error("first"), new Error("second")];
  const calls = controllers.map(({ signal }) => access.credentials({ signal }).catch((error) => error));
  await written(`${plugin.dir}/pid`);
  controllers[0]!.abort(reasons[0]);
  assertEquals(await calls[0] === reasons[0], true);
  assert(await runs(`${plugin.dir}/pid`), "the other one waits for it still");
  controllers[1]!.abort(reasons[1]);
  assertEquals(await calls[1] === reasons[1], true);
  await ended(`${plugin.dir}/pid`);
  assertEquals(await plugin.runs(), 1);
});

Deno.test("a failure is not kept", async () => {
  await using plugin = await makePlugin(`[ -e "$dir/ready" ] || exit 1\n${printing(answer({ token: "t" }))}`);
  const access = await accessBy(execOf(plugin.command));
  await refused(access.credentials());
  await Deno.writeTextFile(`${plugin.dir}/ready`, "");
  assertEquals((await access.credentials()).headers, [["Authorization", "Bearer t"]]);
});
