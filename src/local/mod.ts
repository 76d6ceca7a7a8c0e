/**
 * An envd-compatible runtime in this process, so that everything works
 * without a cluster: for trying things out, for tests and for development.
 *
 * Processes and files are real. **There is no isolation**: commands run as
 * you, with your rights, and can read and remove your files. The access token
 * keeps others on this machine out; it does not keep commands in.
 *
 * Terminals, directory watching and gRPC are not served. On Node and Bun the
 * standard streams of a process are sockets, so that it cannot open
 * `/dev/stdout` or `/dev/stderr` by name; on Deno they are pipes.
 *
 * @example Run a command
 * ```ts
 * import { RuntimeClient } from "@kruise-agents/runtime";
 * import { startLocalRuntime } from "@kruise-agents/runtime/local";
 * import { assertEquals } from "@std/assert";
 *
 * await using runtime = await startLocalRuntime();
 * const sandbox = new RuntimeClient(runtime.clientOptions());
 * const { stdout } = await sandbox.commands.run("echo hello");
 * assertEquals(stdout, "hello\n");
 * ```
 *
 * @module
 */

export type { LocalRuntimeBug } from "./bugs.ts";
export { type LocalRuntime, type LocalRuntimeOptions, startLocalRuntime } from "./runtime.ts";
