import { createTarPacker } from "modern-tar";
import { SandboxError } from "../../../errors/sandbox_error.ts";
import type { Bytes } from "../../../streams/bytes.ts";
import { asBytes, concat } from "../../../streams/bytes.ts";
import { decodeUtf8 } from "../../../streams/utf8_decoder.ts";
import { withoutTar } from "./cat_to.ts";
import { joinPath, type SplitPath } from "./container_path.ts";
import { type CopyContext, cutError, exitError } from "./copy_failure.ts";
import { endOf } from "./end_of.ts";
import type { CopyFromOptions } from "./copy_options.ts";
import type { RunInPod, RunningCopy } from "./run_in_pod.ts";
import { EXIT, READ_FILE, scriptCommand } from "./scripts.ts";

/** The archive of one file, where the image has no tar: what `cat` says, packed here. */
export async function catFrom(
  run: RunInPod,
  path: SplitPath,
  context: CopyContext,
  options: CopyFromOptions,
  signal: AbortSignal,
): Promise<ReadableStream<Bytes>> {
  const handle = await run.exec(scriptCommand(READ_FILE, joinPath(path)), { verified: true, signal });
  try {
    const ended = endOf(handle);
    ended.catch(() => {});
    const reader = handle.stdout.getReader();
    const about = await readLine(reader);
    if (about === undefined) {
      const result = await ended;
      if (result.exitCode === EXIT.notFile) {
        throw withoutTar(context, `${JSON.stringify(context.path)} is no plain file`);
      }
      throw exitError(context, result);
    }
    return packed(
      { handle, reader, ended, first: about.rest },
      { ...headerOf(about.line), name: path.name },
      context,
      options,
    );
  } catch (error) {
    await handle.close();
    throw cutError(context, error);
  }
}

interface FileHeader {
  readonly size: number;
  readonly mode: number;
  readonly mtime: Date;
}

async function readLine(
  reader: ReadableStreamDefaultReader<Bytes>,
): Promise<{ readonly line: string; readonly rest: Bytes } | undefined> {
  const parts: Bytes[] = [];
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    const all = concat(parts);
    const end = all.indexOf(0x0a);
    if (end !== -1) return { line: decodeUtf8(all.subarray(0, end)), rest: all.subarray(end + 1) };
  }
  return undefined;
}

/** Without `stat` the size alone is known. */
function headerOf(line: string): FileHeader {
  const [size = "", mode = "644", mtime] = line.trim().split(" ");
  return {
    size: Number(size),
    mode: parseInt(mode, 8),
    mtime: mtime === undefined ? new Date() : new Date(Number(mtime) * 1000),
  };
}

function packed(
  { handle, reader, ended, first }: RunningCopy,
  header: FileHeader & { readonly name: string },
  context: CopyContext,
  { onProgress }: CopyFromOptions,
): ReadableStream<Bytes> {
  const { readable, controller } = createTarPacker();
  const { size } = header;
  let bytes = 0;
  async function work(): Promise<void> {
    const writer = controller.add({ ...header, type: "file" }).getWriter();
    writer.closed.catch(() => {});
    for (let piece: Bytes | undefined = first; piece !== undefined; piece = (await reader.read()).value) {
      bytes += piece.byteLength;
      if (bytes > size) throw changed(context);
      await writer.write(asBytes(piece));
      onProgress?.({ bytes, members: 1 });
    }
    const result = await ended;
    if (result.exitCode !== 0) throw exitError(context, result);
    if (bytes < size) throw changed(context);
    await writer.close();
    controller.finalize();
  }
  work().catch((error: unknown) => controller.error(cutError(context, error) as Error))
    .finally(() => handle.close());
  return readable as ReadableStream<Bytes>;
}

function changed({ what }: CopyContext): SandboxError {
  return new SandboxError(`Cannot ${what}: the file became longer or shorter while it was read`, {
    code: "internal",
    retryable: true,
    hint: "Stop what writes to it, or copy again",
  });
}
