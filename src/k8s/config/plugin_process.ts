import type { ChildProcess } from "node:child_process";
import { UnsupportedError } from "../../../mod.ts";
import { type Bytes, concat } from "../../streams/bytes.ts";
import { pluginError } from "./plugin_answer.ts";

/** One run of a plugin. */
export interface PluginRun {
  readonly command: string;
  readonly args: readonly string[];
  /** Its environment, whole; throws where the program may not read its own. */
  readonly env: () => Record<string, string>;
  /** 0 and Infinity: no limit. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** What the configuration says on how to install it. */
  readonly installHint: string | undefined;
}

/** The longest a timer can be. */
const LONGEST_MS = 2 ** 31 - 1;
/** No ExecCredential is longer. */
const MAX_OUTPUT = 1024 * 1024;

/**
 * Runs a plugin and gives what it printed. Its input is empty. What it writes to stderr goes to this program's own, for
 * the user, as with kubectl, and into no error.
 */
export async function runPlugin(run: PluginRun): Promise<string> {
  const child = await start(run);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort: (() => void) | undefined;
  let closed = false;
  try {
    return await new Promise<string>((resolve, reject) => {
      const fail = (reason: string, hint: string): void => reject(pluginError(run.command, reason, hint));
      const chunks: Bytes[] = [];
      let size = 0;
      child.stdout!.on("data", (chunk: Bytes) => {
        size += chunk.length;
        if (size > MAX_OUTPUT) fail("it printed more than 1 MiB", "Run the command by hand and look at its output");
        else chunks.push(chunk);
      });
      child.on("error", (error) => reject(startFailure(run, error)));
      child.on("close", (code, signal) => {
        closed = true;
        if (code === 0) resolve(new TextDecoder().decode(concat(chunks)));
        else fail(`it ended with ${code === null ? signal : `exit code ${code}`}`, "What it said is on stderr");
      });
      const late = (): void =>
        fail(`it did not end within ${run.timeoutMs} ms`, "Run the command by hand: it may wait for a login");
      if (run.timeoutMs > 0 && run.timeoutMs <= LONGEST_MS) timer = setTimeout(late, run.timeoutMs);
      onAbort = () => reject(run.signal.reason);
      run.signal.addEventListener("abort", onAbort, { once: true });
      if (run.signal.aborted) onAbort();
    });
  } finally {
    clearTimeout(timer);
    if (onAbort) run.signal.removeEventListener("abort", onAbort);
    if (!closed) await end(child);
  }
}

async function start(run: PluginRun): Promise<ChildProcess> {
  const { spawn } = await import("node:child_process").catch(() => ({ spawn: undefined }));
  if (typeof spawn !== "function") {
    throw new UnsupportedError("Cannot run a credential plugin: this runtime starts no programs", {
      code: "unsupported",
      hint: "Use a token or a client certificate, or a fetch that adds the credentials",
    });
  }
  run.signal.throwIfAborted();
  try {
    // A group of its own, so that what it started ends with it; and without a terminal to ask questions on.
    return spawn(run.command, run.args, { env: run.env(), stdio: ["ignore", "pipe", "inherit"], detached: true });
  } catch (error) {
    throw startFailure(run, error);
  }
}

function startFailure({ command, installHint }: PluginRun, error: unknown): Error {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (code === "ENOENT" || name === "NotFound") {
    const hint = installHint ?? "Install it, or add its directory to PATH";
    return pluginError(command, "it was not found", hint);
  }
  if (name === "NotCapable") {
    return pluginError(command, "this program may not start it", "On Deno, pass --allow-run and --allow-env");
  }
  const reason = code === "EACCES" ? "it is not executable" : `it cannot be started (${String(code ?? name)})`;
  return pluginError(command, reason, "Check the file and its permissions");
}

/** Ends what still holds the output: the plugin, or what it started and left behind. */
async function end(child: ChildProcess): Promise<void> {
  child.stdout?.destroy();
  if (child.pid === undefined) return;
  const { default: process } = await import("node:process");
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
