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
  type PtyHandle,
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

async function screenOf({ readable }: PtyHandle): Promise<string> {
  const reader = readable.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    text += decoder.decode(next.value, { stream: true });
  }
  return text;
}

/** On the engine's own terminals: nothing is lost at the end, and a program that does not read holds nobody else up. */
async function useTerminals({ pty, commands }: RuntimeClient): Promise<void> {
  await using shell = await pty.create({ cols: 132, rows: 50 });
  await shell.writable.getWriter().write("stty size; exit 3\n");
  assert.match(await screenOf(shell), /50 132\r\n/);
  assert.equal((await shell.wait()).exitCode, 3);
  await using chatty = await pty.create({ cols: 80, rows: 24, command: ["seq", "100000"] });
  assert.equal((await screenOf(chatty)).length, 688_895);
  const script = "rm -f go; mkfifo go; stty raw -echo; printf ready; read -r x <go; head -c 200000 | wc -c";
  await using deaf = await pty.create({ cols: 80, rows: 24, command: ["sh", "-c", script] });
  const reader = deaf.readable.getReader();
  await reader.read();
  reader.releaseLock();
  const typing = deaf.writable.getWriter().write("x".repeat(200_000));
  assert.equal((await commands.run("echo > go")).exitCode, 0);
  await typing;
  assert.match(await screenOf(deaf), /200000/);
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
  // The helper that ended the last command's tree takes a moment to be over.
  for (let i = 0; i < 200 && (await through.commands.list()).length > 0; i++);
  assert.deepEqual(await through.commands.list(), []);
}

const options: LocalRuntimeOptions = { token: process.env["TOKEN"], version: "0.6.13" };
const runtime: LocalRuntime = await startLocalRuntime(options);
const sandbox = new RuntimeClient(runtime.clientOptions());
await useCommands(sandbox);
await useTerminals(sandbox);
await useFiles(new RuntimeClient(optionsFromEnv({ SBX_URL: runtime.url, SBX_TOKEN: runtime.token })));
await useCassette(runtime);
await useFaults(runtime);
await runtime.close();
assert.equal(await sandbox.health(), false);
console.log("The agent is done");
