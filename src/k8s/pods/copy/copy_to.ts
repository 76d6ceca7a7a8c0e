import { checkMilliseconds } from "../../../errors/checks.ts";
import { isSandboxError } from "../../../errors/is_sandbox_error.ts";
import type { Bytes } from "../../../streams/bytes.ts";
import { gathered } from "../../../streams/gather.ts";
import { openSource, type Source } from "../../../streams/source.ts";
import { isStream } from "../../../streams/input_data.ts";
import { withLimits } from "../../client/limits.ts";
import { catTo } from "./cat_to.ts";
import { archiveError, type CopyContext, cutError, type ExecResult, exitError } from "./copy_failure.ts";
import { endOf } from "./end_of.ts";
import { checkContainerPath, checkCopyOptions, type CopyToFiles, type CopyToOptions } from "./copy_options.ts";
import { STDIN_BYTES } from "../exec/channels.ts";
import type { RunInPod } from "./run_in_pod.ts";
import { EXIT, scriptCommand, UNPACK } from "./scripts.ts";
import { TarGuard } from "./tar_guard.ts";
import { TarProblem } from "./tar_problem.ts";

/** Unpacks an archive in a container, by the tar there. */
export async function copyTo(run: RunInPod, files: CopyToFiles, options: CopyToOptions): Promise<void> {
  const { from, to } = files;
  const path = checkContainerPath(to);
  checkCopyOptions(options);
  if (!isStream(from)) {
    throw new TypeError(`Cannot use a ${typeof from} as from: pass a ReadableStream of a tar archive`);
  }
  const what = `copy to ${JSON.stringify(to)} in ${run.where}`;
  const { signal } = options;
  const timeoutMs = checkMilliseconds("timeoutMs", options.timeoutMs ?? 0);
  signal?.throwIfAborted();
  const source = gathered(openSource(from), STDIN_BYTES);
  try {
    await withLimits({ what, signals: signal ? [signal] : [], timeoutMs }, async (scope) => {
      const unpacked = await unpack(run, source, { what, path }, options, scope.signal);
      if (!unpacked) await catTo(run, source, { what, path }, options, scope.signal);
    });
    // A tar may end at the mark of the end, before its source does.
    source.cancel(undefined);
  } catch (error) {
    source.cancel(error);
    throw error;
  }
}

/** Whether there was a tar. Without one, nothing of the source was read. */
async function unpack(
  run: RunInPod,
  source: Source,
  { what, path }: { what: string; path: string },
  options: CopyToOptions,
  signal: AbortSignal,
): Promise<boolean> {
  let context: CopyContext = { what, path, partial: false };
  const handle = await run.exec(scriptCommand(UNPACK, path), { stdin: true, verified: true, signal })
    .catch((error: unknown) => Promise.reject(cutError(context, error)));
  try {
    const ended = endOf(handle);
    ended.catch(() => {});
    const stdout = handle.stdout.getReader();
    const isReady = !(await stdout.read()).done;
    stdout.cancel().catch(() => {});
    if (!isReady) {
      const result = await ended;
      if (result.exitCode === EXIT.noTar) return false;
      throw exitError(context, result);
    }
    context = { what, path, partial: true };
    const guard = new TarGuard({ outsideLinks: options.outsideLinks ?? false });
    const result = await feed(source, guard, handle.stdin, ended, context, options);
    if (result.exitCode !== 0) throw exitError(context, result);
    if (!guard.isComplete) throw archiveError(context, "its end was not read");
    return true;
  } catch (error) {
    throw cutError(context, error);
  } finally {
    await handle.close();
  }
}

/** Hands the source to the tar, until one of them ends. */
async function feed(
  source: Source,
  guard: TarGuard,
  stdin: WritableStream<Uint8Array>,
  ended: Promise<ExecResult>,
  context: CopyContext,
  { onProgress }: CopyToOptions,
): Promise<ExecResult> {
  const writer = stdin.getWriter();
  writer.closed.catch(() => {});
  let isOver = false;
  const over = ended.finally(() => isOver = true);
  over.catch(() => {});
  async function pump(): Promise<void> {
    for (let chunk = await source.next(); chunk !== undefined && !isOver; chunk = await source.next()) {
      for (const piece of checked(guard, chunk, context)) await writer.write(piece).catch(lost);
      onProgress?.({ bytes: guard.passedBytes, members: guard.members });
    }
    if (isOver) return;
    try {
      guard.finish();
    } catch (error) {
      throw asArchiveError(context, error);
    }
    await writer.close().catch(lost);
  }
  // How the command ended tells more than that nobody takes its input any more.
  async function lost(error: unknown): Promise<never> {
    if (isSandboxError(error, "unsupported")) throw error;
    await over;
    throw new Ended();
  }
  const fed = pump().catch((error: unknown) => {
    if (!(error instanceof Ended)) throw error;
  });
  // Its failure ends the copy at once; its end is only half of it.
  await Promise.race([over, fed]);
  return await over;
}

/** The command has ended, as `over` tells. */
class Ended extends Error {}

function checked(guard: TarGuard, chunk: Bytes, context: CopyContext): Bytes[] {
  try {
    return guard.push(chunk);
  } catch (error) {
    throw asArchiveError({ ...context, partial: guard.passedBytes > 0 }, error);
  }
}

function asArchiveError(context: CopyContext, error: unknown): unknown {
  return error instanceof TarProblem ? archiveError(context, error.message) : error;
}
