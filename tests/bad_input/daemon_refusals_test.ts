import { assert, assertEquals } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { assertRefused } from "./refused.ts";

for (const version of ["0.2.10", "0.6.13"] as const) {
  Deno.test(`bad input: what the daemon refuses, ${version}`, async (t) => {
    await using runtime = await startLocalRuntime({ version, accounts: {} });
    const { commands, files } = new RuntimeClient(runtime.clientOptions());
    await files.writeText("dir/file", "text");
    const dir = (await files.getInfo("dir")).path;

    await t.step("an unknown user", async () => {
      await assertRefused(commands.run(["true"], { user: "nobody-here" }), "unknown_user");
      await assertRefused(files.read(`${dir}/file`, { user: "nobody-here" }), "unknown_user");
      await assertRefused(files.writeText(`${dir}/new`, "x", { user: "nobody-here" }), "unknown_user");
      const error = await assertRefused(files.list(dir, { user: "nobody-here" }), "unknown_user");
      assertEquals(error.status, 401);
    });
    await t.step("a missing working directory", async () => {
      await assertRefused(commands.run(["true"], { cwd: `${dir}/none` }), "invalid_argument");
      await assertRefused(commands.start("true", { cwd: `${dir}/none` }), "invalid_argument");
      await assertRefused(commands.run(["true"], { cwd: `${dir}/file` }), "not_a_directory");
    });
    await t.step("an argument beyond the kernel's limit, which the message does not repeat", async () => {
      const argument = `arg-s3cret ${"x".repeat(256 * 1024)}`;
      const error = await assertRefused(commands.run(["true", argument]), "invalid_argument");
      assert(error.message.length < 2_000 && !error.message.includes("s3cret"), error.message.slice(0, 300));
    });
    await t.step("a missing program", async () => {
      const error = await assertRefused(commands.run([`${dir}/none`]), "command_exit");
      assertEquals([error.exitCode, error.result.signal], [127, undefined]);
      assert(error.stderr.includes("none"), error.stderr);
    });
    await t.step("a program that is not executable", async () => {
      const error = await assertRefused(commands.run([`${dir}/file`]), "command_exit");
      assertEquals(error.exitCode, 126);
      assertEquals((await assertRefused(commands.run([dir]), "command_exit")).exitCode, 126);
    });
    await t.step("an unknown pid", async () => {
      assertEquals(await commands.kill(999_999), false);
      assertEquals(await commands.sendSignal(999_999, "SIGTERM"), false);
      await assertRefused(commands.sendStdin(999_999, "x"), "process_not_found");
      await assertRefused(commands.connectToProcess(999_999), "process_not_found");
      await assertRefused(commands.connectToProcess({ tag: "none" }), "process_not_found");
      await assertRefused(commands.closeStdin(999_999), version === "0.2.10" ? "unsupported" : "process_not_found");
    });
    await t.step("a tag of several processes", async () => {
      await using _one = await commands.start(["sleep", "600"], { tag: "twice" });
      await using _two = await commands.start(["sleep", "600"], { tag: "twice" });
      await assertRefused(commands.connectToProcess({ tag: "twice" }), "invalid_argument");
    });
    await t.step("a missing path", async () => {
      const error = await assertRefused(files.read(`${dir}/none`), "file_not_found");
      assertEquals([error.status, error.retryable], [404, false]);
      await assertRefused(files.getInfo(`${dir}/none`), "file_not_found");
      await assertRefused(files.list(`${dir}/none`), "file_not_found");
      await assertRefused(files.rename(`${dir}/none`, `${dir}/x`), "file_not_found");
      await assertRefused(files.readStream(`${dir}/none`), "file_not_found");
      assertEquals(await files.exists(`${dir}/none`), false);
      assertEquals(await files.remove(`${dir}/none`), undefined);
    });
    await t.step("a directory where a file is needed", async () => {
      await assertRefused(files.read(dir), "is_a_directory");
      await assertRefused(files.readText(dir), "is_a_directory");
      await assertRefused(files.write(dir, "x"), "is_a_directory");
      await assertRefused(files.writeFiles([{ path: dir, data: "x" }]), "is_a_directory");
    });
    await t.step("a file where a directory is needed", async () => {
      const below = `${dir}/file/below`;
      await assertRefused(files.list(`${dir}/file`), "not_a_directory");
      await assertRefused(files.makeDir(`${dir}/file`), "not_a_directory");
      await assertRefused(files.makeDir(below), "not_a_directory");
      await assertRefused(files.getInfo(below), "not_a_directory");
      await assertRefused(files.read(below), "not_a_directory");
      await assertRefused(files.write(below, "x"), "not_a_directory");
      await assertRefused(files.rename(dir, below), "not_a_directory");
    });
    await t.step("a directory in the way", async () => {
      await files.makeDir(`${dir}/taken`);
      await assertRefused(files.rename(`${dir}/file`, `${dir}/taken`), "already_exists");
      await assertRefused(files.rename(dir, `${dir}/taken/below`), "invalid_argument");
    });
    await t.step("names that others take for something else", async () => {
      const names = ["a\nb", "100%", "%2e%2e", "it's", '"q"', "#?&=", "back\\slash", "🦀", "é"];
      for (const name of names) {
        await files.writeText(`${dir}/names/${name}`, name);
        assertEquals(await files.readText(`${dir}/names/${name}`), name);
        await assertRefused(files.read(`${dir}/missing/${name}`), "file_not_found");
      }
      assertEquals((await files.list(`${dir}/names`)).map(({ name }) => name).toSorted(), names.toSorted());
    });
    await t.step("more of a file than allowed", async () => {
      await assertRefused(files.read(`${dir}/file`, { maxBytes: 3 }), "file_too_large");
      const stream = files.readStream(`${dir}/file`, { maxBytes: 3 }).then((stream) => new Response(stream).text());
      await assertRefused(stream, "file_too_large");
    });
    await t.step("input where none is open", async () => {
      await using handle = await commands.start(["sleep", "600"]);
      await assertRefused(handle.sendStdin("x"), "invalid_argument");
    });
  });
}
