import type { UserOptions } from "../connection/call_options.ts";
import { type InputData, isStream, wholeData } from "../streams/input_data.ts";

/** Puts data into a file of the sandbox and takes it away again: the files room does it, the client hands it over. */
export interface InputFiles {
  /** Writes the file as an account that can read and remove it. */
  write(path: string, data: InputData, options: UserOptions): Promise<unknown>;
  /** Removes it. */
  remove(path: string, options: UserOptions): Promise<void>;
}

/** Input that a command gets from a file. */
export interface InputFile {
  readonly data: InputData;
  readonly path: string;
}

/** Chooses the file. */
export function inputFile(data: InputData): InputFile {
  return { data, path: `/tmp/.sbx-stdin-${crypto.randomUUID()}` };
}

/** Whether it is known that there is no input. Throws a `TypeError` for what is none at all. */
export function isEmpty(data: InputData): boolean {
  const whole = wholeData(data);
  return whole !== undefined && (whole instanceof Blob ? whole.size : whole.byteLength) === 0;
}

/** Starts a command whose input lies in a file, which does not stay behind when the start fails. */
export async function withInputFile<T>(
  file: InputFile | undefined,
  files: InputFiles,
  options: UserOptions & { user: string },
  start: () => Promise<T>,
): Promise<T> {
  if (file === undefined) return await start();
  try {
    await files.write(file.path, file.data, options);
    return await start();
  } catch (error) {
    removeTwice(file.path, files, options.user);
    throw error;
  }
}

const REMOVE_AGAIN_MS = 2_000;

/** Removes a file now and once more: an upload that was just cut may still be on its way to create it. */
export function removeTwice(path: string, files: InputFiles, user: string): void {
  const remove = () => files.remove(path, { user }).catch(() => {});
  void remove();
  setTimeout(remove, REMOVE_AGAIN_MS);
}

/** Tells a stream that nobody will read it, unless somebody does. */
export async function cancelSource(data: boolean | InputData | undefined, reason: unknown): Promise<void> {
  if (isStream(data) && !data.locked) await data.cancel(reason).catch(() => {});
}
