/** An agent's tools on Node, as somebody writes them: compiled against the packed types, and run from the package. */

import { strict as assert } from "node:assert";
import process from "node:process";
import {
  CommandExitError,
  type CommandHandle,
  type CommandResult,
  isSandboxError,
  optionsFromEnv,
  type OutputEvent,
  quote,
  RuntimeClient,
  SandboxError,
  type SandboxErrorCode,
} from "@kruise-agents/runtime";
import { type LocalRuntime, type LocalRuntimeOptions, startLocalRuntime } from "@kruise-agents/runtime/local";
import {
  type Cassette,
  type FaultPlan,
  record,
  replay,
  startFakeGateway,
  startFaultProxy,
} from "@kruise-agents/runtime/testing";

/** What a tool call comes to. */
type Answer =
  | { readonly ok: true; readonly result: CommandResult }
  | { readonly ok: false; readonly code: SandboxErrorCode; readonly text: string };

async function bash(sandbox: RuntimeClient, command: string, cwd?: string): Promise<Answer> {
  try {
    return { ok: true, result: await sandbox.commands.run(command, { cwd, envs: { LANG: "C" }, timeoutMs: 20_000 }) };
  } catch (error) {
    if (error instanceof CommandExitError) return { ok: false, code: error.code, text: `${error.exitCode}` };
    if (isSandboxError(error)) return { ok: false, code: error.code, text: error.message };
    throw error;
  }
}

/** The lines of a command until one matches. */
async function until(handle: CommandHandle, wanted: RegExp): Promise<readonly OutputEvent[]> {
  const events: OutputEvent[] = [];
  for await (const event of handle) {
    events.push(event);
    if (event.type === "stdout" && wanted.test(event.text)) break;
  }
  return events;
}

async function useCommands(sandbox: RuntimeClient): Promise<void> {
  const answer = await bash(sandbox, `echo ${quote("it's here")}`);
  assert.equal(answer.ok && answer.result.stdout, "it's here\n");
  assert.deepEqual(await bash(sandbox, "exit 3"), { ok: false, code: "command_exit", text: "3" });
  await using handle = await sandbox.commands.start(["cat"], { stdin: true });
  await handle.sendStdin("one\n");
  assert.equal((await until(handle, /one/)).length, 1);
  assert.equal(await handle.kill(), true);
  const { exitCode, signal } = await handle.wait({ check: false });
  assert.deepEqual([exitCode, signal], [137, "SIGKILL"]);
}

async function useFiles({ files }: RuntimeClient): Promise<void> {
  await files.write("bytes.bin", new Uint8Array([1, 2, 3]));
  assert.deepEqual([...await files.read("bytes.bin")], [1, 2, 3]);
  const wrong = await files.readText("nothing.txt").catch((error: unknown) => error);
  assert.ok(wrong instanceof SandboxError && wrong.code === "file_not_found");
}

async function useCassette(runtime: LocalRuntime): Promise<void> {
  const recorder = record(fetch);
  await useFiles(new RuntimeClient({ ...runtime.clientOptions(), fetch: recorder.fetch }));
  const cassette: Cassette = await recorder.cassette();
  assert.ok(!JSON.stringify(cassette).includes(runtime.token));
  const answers = replay(cassette);
  await useFiles(new RuntimeClient({ sandboxBaseUrl: "http://sandbox.test", fetch: answers }));
  assert.deepEqual(answers.unused(), []);
}

/** Through the gateway of a cluster, behind a connection that loses answers. */
async function useFaults(runtime: LocalRuntime): Promise<void> {
  await using gateway = await startFakeGateway();
  gateway.route("default--mine", runtime);
  await using proxy = await startFaultProxy(gateway.url);
  const through = new RuntimeClient({
    sandboxBaseUrl: proxy.url,
    sandboxId: "default--mine",
    runtimeToken: runtime.token,
    retry: false,
  });
  const plan: FaultPlan = { loseResponse: true };
  proxy.next(plan);
  const lost = await through.commands.list().catch((error: unknown) => error);
  assert.ok(isSandboxError(lost, "network") && lost.retryable);
  assert.deepEqual(await through.commands.list(), []);
}

const options: LocalRuntimeOptions = { token: process.env["TOKEN"], version: "0.6.13" };
const runtime: LocalRuntime = await startLocalRuntime(options);
const sandbox = new RuntimeClient(runtime.clientOptions());
await useCommands(sandbox);
await useFiles(new RuntimeClient(optionsFromEnv({ SBX_URL: runtime.url, SBX_TOKEN: runtime.token })));
await useCassette(runtime);
await useFaults(runtime);
await runtime.close();
assert.equal(await sandbox.health(), false);
console.log("The agent is done");
