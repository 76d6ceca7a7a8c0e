/** Programs as users write them: they must compile against the package's own name, and run. */

import {
  CommandExitError,
  type CommandHandle,
  type CommandResult,
  type EntryInfo,
  type Filesystem,
  isSandboxError,
  type OutputEvent,
  RuntimeClient,
  type RuntimeClientOptions,
  type SandboxErrorCode,
  sh,
  TimeoutError,
} from "@kruise-agents/runtime";

/** Builds something, and reports as it goes. */
export async function build(sandbox: RuntimeClient, say: (line: string) => void): Promise<number> {
  await sandbox.files.writeFiles([
    { path: "project/main.sh", data: "echo built $1\n" },
    { path: "project/data.bin", data: new Uint8Array([1, 2, 3]) },
  ]);
  const result = await sandbox.commands.run(sh`sh main.sh ${"the thing"}; exit ${3}`, {
    cwd: "project",
    user: "root",
    envs: { CI: "true" },
    timeoutMs: 60_000,
    onStdout: say,
    onStderr: async (text) => await Promise.resolve(say(text)),
    check: false,
  });
  return result.exitCode;
}

/** Says what went wrong, by class and by code. */
export async function explain(call: () => Promise<unknown>): Promise<string> {
  try {
    await call();
    return "fine";
  } catch (error) {
    if (error instanceof CommandExitError) return `exit ${error.exitCode}: ${error.stderr || error.errorMessage}`;
    if (isSandboxError(error, "file_not_found")) return `missing (${error.status})`;
    if (isSandboxError(error, "disconnected")) return `lost after ${error.partial?.stdout.length ?? 0} characters`;
    if (error instanceof TimeoutError) return `late: ${error.partial?.stdout}`;
    if (isSandboxError(error)) {
      const code: SandboxErrorCode = error.code;
      return `${code}${error.hint ? `: ${error.hint}` : ""}`;
    }
    throw error;
  }
}

/** Talks with a command while it runs. */
export async function converse(sandbox: RuntimeClient, questions: readonly string[]): Promise<string[]> {
  await using handle: CommandHandle = await sandbox.commands.start("while read -r line; do echo re: $line; done", {
    stdin: true,
  });
  const answers: string[] = [];
  await handle.sendStdin(`${questions[0]}\n`);
  for await (const event of handle) {
    if (event.type !== "stdout") break;
    answers.push(event.text.trim());
    if (answers.length === questions.length) await handle.kill();
    else await handle.sendStdin(new TextEncoder().encode(`${questions[answers.length]}\n`));
  }
  const result: CommandResult = await handle.wait({ check: false });
  return [...answers, result.signal ?? "no signal"];
}

/** Copies a file through web streams. */
export async function copy(sandbox: RuntimeClient, from: string, to: string): Promise<number> {
  const source: ReadableStream<Uint8Array<ArrayBuffer>> = await sandbox.files.readStream(from);
  await sandbox.files.write(to, source.pipeThrough(new TransformStream<Uint8Array, Uint8Array>()), {
    onProgress: ({ bytes, totalBytes }) => void (bytes > (totalBytes ?? Infinity)),
  });
  const info: EntryInfo = await sandbox.files.getInfo(to);
  return info.size;
}

/** Compresses with a command, input from a Response, output as a stream. */
export async function compress(sandbox: RuntimeClient, text: string): Promise<string> {
  await using handle = await sandbox.commands.run(["gzip"], {
    background: true,
    stdin: new Response(text).body!,
    capture: false,
  });
  return await new Response(handle.stdout.pipeThrough(new DecompressionStream("gzip"))).text();
}

/** Options may be undefined wherever they may be absent. */
export function clientFor(env: Record<string, string | undefined>): RuntimeClient {
  const options: RuntimeClientOptions = {
    sandboxId: env.ID,
    domain: env.DOMAIN,
    sandboxBaseUrl: env.URL,
    runtimeToken: () => Promise.resolve(env.TOKEN ?? ""),
    trafficToken: undefined,
    headers: [["x-request-id", "1"]],
    retry: { gatewayMs: undefined },
    fetch: globalThis.fetch,
    requestTimeoutMs: undefined,
  };
  return new RuntimeClient(options).with({ user: env.ACCOUNT, onResponse: undefined });
}

/** An interface can be faked without the package. */
export function fakeFiles(contents: ReadonlyMap<string, string>): Pick<Filesystem, "exists" | "readText"> {
  return {
    exists: (path) => Promise.resolve(contents.has(path)),
    readText: (path) => Promise.resolve(contents.get(path) ?? ""),
  };
}

/** Every event has one of three types. */
export function describe(event: OutputEvent): string {
  switch (event.type) {
    case "stdout":
    case "stderr":
      return `${event.data.byteLength} bytes`;
    case "exit":
      return `exit ${event.result.exitCode}`;
    default:
      return event satisfies never;
  }
}
