import { UnsupportedError } from "../../../errors/unsupported_error.ts";
import type { Bytes } from "../../../streams/bytes.ts";
import type { Source } from "../../../streams/source.ts";
import { archiveError, type CopyContext, cutError, exitError } from "./copy_failure.ts";
import { endOf } from "./end_of.ts";
import type { CopyToOptions } from "./copy_options.ts";
import type { RunInPod } from "./run_in_pod.ts";
import { MAKE_DIRECTORY, scriptCommand, WRITE_FILE } from "./scripts.ts";
import { checkMember } from "./tar_guard.ts";
import { NameChecker, quote } from "./tar_names.ts";
import { TarProblem } from "./tar_problem.ts";
import { type TarEvent, type TarMember, TarReader } from "./tar_reader.ts";

/**
 * Writes the files and directories of an archive where the image has no tar: a command for each. Everything else needs a
 * tar, and so does a name that is no UTF-8, as the words of a command are text.
 */
export async function catTo(
  run: RunInPod,
  source: Source,
  target: { what: string; path: string },
  options: CopyToOptions,
  signal: AbortSignal,
): Promise<void> {
  const checker = new NameChecker({ outsideLinks: options.outsideLinks ?? false });
  const reader = new TarReader();
  // A command that is being fed is let come to its end; only then is it told what was wrong with the archive.
  const failures: unknown[] = [];
  async function* eventsOf(): AsyncGenerator<TarEvent, void, void> {
    try {
      for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) yield* reader.read(chunk);
      reader.finish();
    } catch (error) {
      failures.push(error);
    }
  }
  const events = eventsOf();
  let context: CopyContext = { ...target, partial: false };
  let bytes = 0;
  let members = 0;
  function tell(): void {
    try {
      options.onProgress?.({ bytes, members });
    } catch (error) {
      failures.push(error);
    }
  }
  let next: IteratorResult<TarEvent, void>;
  async function* dataOf(): AsyncGenerator<Bytes> {
    for (next = await events.next(); !next.done && "data" in next.value; next = await events.next()) {
      bytes += next.value.data.byteLength;
      yield next.value.data;
      tell();
    }
  }
  try {
    await execute(run, context, scriptCommand(MAKE_DIRECTORY_ONLY, target.path), undefined, signal);
    next = await events.next();
    while (!next.done && failures.length === 0) {
      const { member } = next.value as { readonly member: TarMember };
      checkMember(checker, member);
      const command = commandFor(member, context);
      members++;
      tell();
      context = { ...target, partial: true };
      const data = dataOf();
      await execute(run, context, command, member.type === "0" ? data : undefined, signal);
      // What is left of it, and the next member.
      while ((await data.next()).done !== true);
    }
    if (failures.length > 0) throw failures[0];
  } catch (caught) {
    const [error = caught] = failures;
    throw error instanceof TarProblem ? archiveError(context, error.message) : cutError(context, error);
  }
}

const MAKE_DIRECTORY_ONLY: string = MAKE_DIRECTORY.replace(/\n[^\n]*$/, "");

function commandFor({ type, name, mode, mtimeSeconds, size }: TarMember, context: CopyContext): readonly string[] {
  const path = `${context.path}/${nameText(name, context)}`;
  const permissions = (mode & 0o7777).toString(8);
  if (type === "5") return scriptCommand(MAKE_DIRECTORY, path, permissions);
  if (type === "0") return scriptCommand(WRITE_FILE, path, String(size), permissions, String(mtimeSeconds));
  throw withoutTar(context, `${quote(name)} is neither a file nor a directory`);
}

function nameText(name: Bytes, context: CopyContext): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    throw withoutTar(context, `the name ${quote(name)} is no UTF-8`);
  }
}

/** The error for what only a tar could do. */
export function withoutTar({ what, partial }: CopyContext, detail: string): UnsupportedError {
  return new UnsupportedError(`Cannot ${what}: the image has no tar, and ${detail}`, {
    code: "unsupported",
    hint: "Without a tar only plain files (by cat) and, in that direction, directories can be copied: add one to the " +
      `image, or run commands of your own by exec${partial ? ". What stands in front of that was written" : ""}`,
  });
}

async function execute(
  run: RunInPod,
  context: CopyContext,
  command: readonly string[],
  data: AsyncGenerator<Bytes> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const handle = await run.exec(command, { stdin: data ?? false, verified: true, signal });
  try {
    const result = await endOf(handle);
    if (result.exitCode !== 0) throw exitError(context, result);
  } finally {
    await handle.close();
  }
}
