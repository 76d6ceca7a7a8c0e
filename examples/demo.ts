/**
 * A sandbox being used: commands with streamed output, one fed and killed, files written, read, renamed and removed.
 * Runs on Deno, Bun and Node. In a project of your own, import from "@kruise-agents/runtime" and
 * "@kruise-agents/runtime/local".
 */

import process from "node:process";
import { CommandExitError, isSandboxError, RuntimeClient, type RuntimeClientOptions } from "../mod.ts";
import { startLocalRuntime } from "../src/local/mod.ts";
import { parseOptions, USAGE, UsageError } from "./demo_options.ts";

function title(text: string): void {
  console.log(`\n${text}`);
}

function say(what: string, text: string): void {
  console.log(`  ${what.padEnd(9)} ${text}`);
}

async function runCommands({ commands }: RuntimeClient, signal: AbortSignal): Promise<void> {
  title("A command, its output as it comes");
  const script = `for n in one two three; do echo "step $n"; sleep 0.2; done`;
  say("run", script);
  const started = performance.now();
  const { exitCode, pid } = await commands.run(script, {
    signal,
    onStdout: (text) => say(`${((performance.now() - started) / 1000).toFixed(1)} s`, text.trimEnd()),
  });
  say("exit", `${exitCode} (pid ${pid})`);

  title("A command that fails");
  say("run", "ls /no/such/place");
  try {
    await commands.run(["ls", "/no/such/place"], { signal });
  } catch (error) {
    if (!(error instanceof CommandExitError)) throw error;
    say("stderr", error.stderr.trimEnd());
    say("caught", `${error.name}, exit code ${error.exitCode}`);
  }
}

async function feedCommand({ commands }: RuntimeClient, signal: AbortSignal): Promise<void> {
  title("A command in the background");
  const script = `while read -r line; do echo "you said: $line"; done`;
  await using handle = await commands.run(script, { background: true, stdin: true, signal });
  say("start", `${script} (pid ${handle.pid})`);
  const running = await commands.list({ signal });
  const found = running.find(({ pid }) => pid === handle.pid);
  say("list", `${running.length} running, ours is ${found ? "there" : "missing"}`);
  await handle.sendStdin("hello\n", { signal });
  say("stdin", "hello");
  for await (const event of handle) {
    if (event.type !== "stdout") break;
    say("stdout", event.text.trimEnd());
    say("kill", `${await handle.kill({ signal })}`);
  }
  const result = await handle.wait({ check: false, signal });
  say("exit", `${result.exitCode}${result.signal ? ` (${result.signal})` : ""}`);
}

async function useFiles({ files }: RuntimeClient, signal: AbortSignal): Promise<void> {
  title("Files");
  const directory = `demo-${crypto.randomUUID().slice(0, 8)}`;
  await files.makeDir(directory, { signal });
  try {
    say("make", (await files.getInfo(directory, { signal })).path);
    await files.writeText(`${directory}/note.txt`, "Grüße aus der Sandbox 👋", { signal });
    say("write", "note.txt");
    say("text", await files.readText(`${directory}/note.txt`, { signal }));
    const bytes = await files.read(`${directory}/note.txt`, { signal });
    say("bytes", `${bytes.length}, the first: ${Array.from(bytes.slice(0, 8), hex).join(" ")}`);
    await files.rename(`${directory}/note.txt`, `${directory}/letter.txt`, { signal });
    say("rename", "note.txt to letter.txt");
    for (const { name, size, permissions } of await files.list(directory, { signal })) {
      say("list", `${permissions} ${size} ${name}`);
    }
  } finally {
    await files.remove(directory); // without the signal: an interrupted demo tidies up as well
  }
  say("remove", `${directory}, still there: ${await files.exists(directory, { signal })}`);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

async function demo(target: RuntimeClientOptions, signal: AbortSignal): Promise<void> {
  const sandbox = new RuntimeClient(target);
  console.log(`Sandbox at ${sandbox.runtimeUrl}`);
  for (const part of [runCommands, feedCommand, useFiles]) {
    signal.throwIfAborted();
    await part(sandbox, signal);
  }
}

/** Tidies up at the first Ctrl-C; a later one ends the program at once. What starts the demo may send one Ctrl-C twice. */
function onInterrupt(tidyUp: () => void): void {
  let first: number | undefined;
  process.on("SIGINT", () => {
    if (first === undefined) tidyUp();
    else if (performance.now() - first > 1_000) process.exit(130);
    first ??= performance.now();
  });
}

async function main(args: string[]): Promise<number> {
  const interrupted = new AbortController();
  onInterrupt(() => interrupted.abort());
  try {
    const options = parseOptions(args);
    if (!options) {
      console.log(USAGE);
      return 0;
    }
    if (options.target) {
      await demo(options.target, interrupted.signal);
    } else {
      await using runtime = await startLocalRuntime();
      await demo(runtime.clientOptions(), interrupted.signal);
    }
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return 130;
    if (error instanceof UsageError || error instanceof TypeError) {
      console.error(`${error.message}\nTry --help`);
      return 2;
    }
    if (!isSandboxError(error)) throw error;
    console.error(`${error.name} (${error.code}): ${error.message}${error.hint ? `\n${error.hint}` : ""}`);
    return 1;
  }
}

// Not process.exit(), which would cut what is still being printed.
process.exitCode = await main(process.argv.slice(2));
