import { checkMilliseconds } from "../../../errors/checks.ts";
import { SandboxError } from "../../../errors/sandbox_error.ts";
import type { Bytes } from "../../../streams/bytes.ts";
import { DEFAULT_TIMEOUT_MS, withLimits } from "../../client/limits.ts";
import { catFrom } from "./cat_from.ts";
import { type SplitPath, splitPath } from "./container_path.ts";
import { type CopyContext, cutError, exitError } from "./copy_failure.ts";
import { endOf } from "./end_of.ts";
import { checkContainerPath, checkCopyOptions, type CopyFromOptions } from "./copy_options.ts";
import type { RunInPod, RunningCopy } from "./run_in_pod.ts";
import { EXIT, PACK, scriptCommand } from "./scripts.ts";
import { TarGuard } from "./tar_guard.ts";
import { TarProblem } from "./tar_problem.ts";

/** Packs a path in a container, by the tar there. Resolves when the archive begins. */
export async function copyFrom(
  run: RunInPod,
  path: string,
  options: CopyFromOptions,
): Promise<ReadableStream<Bytes>> {
  const split = splitPath(checkContainerPath(path));
  checkCopyOptions(options);
  const what = `copy ${JSON.stringify(path)} from ${run.where}`;
  const context: CopyContext = { what, path, partial: false };
  const { signal } = options;
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return await withLimits({ what, signals: signal ? [signal] : [], timeoutMs }, async (scope) => {
    const both = signal ? AbortSignal.any([scope.signal, signal]) : scope.signal;
    return await pack(run, split, context, options, both) ?? await catFrom(run, split, context, options, both);
  });
}

/** The archive, or undefined where there is no tar. */
async function pack(
  run: RunInPod,
  { directory, name }: SplitPath,
  context: CopyContext,
  options: CopyFromOptions,
  signal: AbortSignal,
): Promise<ReadableStream<Bytes> | undefined> {
  const handle = await run.exec(scriptCommand(PACK, directory, name, options.sparse ? "sparse" : ""), {
    verified: true,
    signal,
  })
    .catch((error: unknown) => Promise.reject(cutError(context, error)));
  try {
    const ended = endOf(handle);
    ended.catch(() => {});
    const reader = handle.stdout.getReader();
    const first = await reader.read();
    if (first.done) {
      const result = await ended;
      if (result.exitCode !== EXIT.noTar) throw exitError(context, result);
      await handle.close();
      return undefined;
    }
    return archiveStream({ handle, reader, ended, first: first.value }, name, context, options);
  } catch (error) {
    await handle.close();
    throw cutError(context, error);
  }
}

function archiveStream(
  { handle, reader, ended, first }: RunningCopy,
  name: string,
  context: CopyContext,
  { outsideLinks = true, onProgress }: CopyFromOptions,
): ReadableStream<Bytes> {
  const root = name === "." ? undefined : new TextEncoder().encode(name);
  const guard = new TarGuard({ outsideLinks, root });
  let chunk: Bytes | undefined = first;
  async function step(): Promise<Bytes[] | undefined> {
    const bytes = chunk ?? (await reader.read()).value;
    chunk = undefined;
    if (bytes !== undefined) {
      const pieces = guard.push(bytes);
      onProgress?.({ bytes: guard.passedBytes, members: guard.members });
      return pieces;
    }
    const result = await ended;
    if (result.exitCode !== 0) throw exitError(context, result);
    guard.finish();
    await handle.close();
    return undefined;
  }
  return new ReadableStream<Bytes>({
    async pull(controller) {
      try {
        let pieces = await step();
        while (pieces?.length === 0) pieces = await step();
        if (pieces === undefined) controller.close();
        else for (const piece of pieces) controller.enqueue(piece);
      } catch (error) {
        await handle.close();
        throw error instanceof TarProblem ? foreignError(context, error.message) : cutError(context, error);
      }
    },
    async cancel() {
      await handle.close();
    },
  }, { highWaterMark: 0 });
}

/** What the container sent is not to be trusted: it could write anywhere, once unpacked. */
function foreignError({ what }: CopyContext, detail: string): SandboxError {
  return new SandboxError(`Cannot ${what}: of the archive that the container made: ${detail}`, {
    code: "protocol",
    hint: "Do not use what came so far without a look at the container",
  });
}
