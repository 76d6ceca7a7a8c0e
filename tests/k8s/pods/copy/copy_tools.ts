/** Containers of this machine for the tests of copies, and what is asked of them. */

import { assertInstanceOf } from "@std/assert";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SandboxError } from "../../../../mod.ts";
import { joined, output } from "./archives.ts";
import { type LocalPod, localPod, type LocalPodOptions } from "./local_pod.ts";

/** A container, and its directory. */
export interface Place {
  readonly dir: string;
  readonly pod: LocalPod;
}

/** What the image has, where that is not everything, and what can go wrong. */
export interface ImageOptions extends LocalPodOptions {
  /** The programs that there are. */
  readonly programs?: readonly string[];
  /** Programs that are scripts of their own. */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A test in a container of its own. */
export function test(name: string, run: (place: Place) => Promise<void>, options: ImageOptions = {}): void {
  Deno.test(name, async () => {
    const dir = await mkdtemp(join(tmpdir(), "copy-"));
    const bin = await mkdtemp(join(tmpdir(), "image-"));
    try {
      const { programs, scripts = {} } = options;
      for (const program of programs ?? []) await symlink(await whereIs(program), join(bin, program));
      for (const [program, text] of Object.entries(scripts)) {
        await writeFile(join(bin, program), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
      }
      const path = programs ? bin : `${bin}:${Deno.env.get("PATH")}`;
      const pod = localPod(dir, { ...options, env: { PATH: path } });
      await run({ dir, pod });
      await pod.idle();
    } finally {
      await rm(dir, { recursive: true, force: true });
      await rm(bin, { recursive: true });
    }
  });
}

async function whereIs(program: string): Promise<string> {
  return new TextDecoder().decode(await output(["sh", "-c", `command -v ${program}`])).trim();
}

/** Everything below a directory: names, kinds, modes, times, and what is in files. */
export async function listing(dir: string): Promise<string> {
  const script = `cd "$1" && find . -printf '%P|%y|%m|%T@|%l|' -type f -exec sha256sum {} ';' -o -printf '\\n' | sort`;
  return new TextDecoder().decode(await output(["sh", "-c", script, "sh", dir]));
}

/** All bytes of a stream. */
export async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return joined(parts);
}

/** The error that this is expected to reject with. */
export async function failureOf(promise: Promise<unknown>): Promise<SandboxError> {
  const error = await promise.then(() => undefined, (error: unknown) => error);
  assertInstanceOf(error, SandboxError);
  return error;
}
