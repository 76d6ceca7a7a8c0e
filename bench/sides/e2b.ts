/**
 * The same with npm's `e2b`, by its public API with its defaults. `sandboxUrl` takes it to a server on this machine; its cloud is never
 * asked, because the constructor, unlike `create` and `connect`, sends nothing.
 */

import { measure } from "../measure.ts";

/** As much of its types as is used: it is installed where this runs, and no dependency of the repository. */
interface Sandbox {
  readonly files: {
    getInfo(path: string): Promise<{ size: number }>;
    list(path: string): Promise<{ path: string }[]>;
    read(path: string, options: { format: "bytes" }): Promise<Uint8Array>;
    read(path: string, options: { format: "stream" }): Promise<ReadableStream<Uint8Array>>;
    write(path: string, data: ArrayBuffer | ReadableStream): Promise<unknown>;
  };
  readonly commands: {
    run(line: string, options: { background: true }): Promise<object>;
    run(line: string, options?: { onStdout?: (text: string) => void }): Promise<{ stdout: string }>;
  };
}

interface SandboxOptions {
  readonly sandboxId: string;
  readonly envdVersion: string;
  readonly envdAccessToken: string;
  readonly sandboxUrl: string;
  readonly apiUrl: string;
  readonly domain: string;
  readonly apiKey: string;
}

const name = "e2b";
const e2b = await import(name) as { Sandbox: new (options: SandboxOptions) => Sandbox };

/** It takes whole buffers only: a view of a part has to be copied. */
function exact({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): ArrayBuffer {
  return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
}

await measure((url, envdVersion) => {
  const { commands, files } = new e2b.Sandbox({
    sandboxId: "bench",
    envdVersion,
    envdAccessToken: "bench",
    sandboxUrl: url,
    apiUrl: url,
    domain: "localhost",
    apiKey: "none",
  });
  return {
    getInfo: async (path) => (await files.getInfo(path)).size,
    list: (path) => files.list(path),
    run: async (line) => (await commands.run(line)).stdout,
    async follow(line, onStdout) {
      await commands.run(line, { onStdout });
    },
    hold: (line) => commands.run(line, { background: true }),
    read: (path) => files.read(path, { format: "bytes" }),
    readStream: (path) => files.read(path, { format: "stream" }),
    write: (path, data) => files.write(path, data instanceof ReadableStream ? data : exact(data)),
  };
});
