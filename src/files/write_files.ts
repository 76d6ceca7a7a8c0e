import type { Connection } from "../connection/connection.ts";
import { waitFor } from "../connection/deadline.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { InputData } from "../streams/input_data.ts";
import { checkPath } from "./arguments.ts";
import type { Progress, WriteOptions } from "./file_options.ts";
import { write } from "./write.ts";
import type { WriteInfo } from "./write_info.ts";

/** What the content of a file is made of. */
export type FileData = InputData;

/** A file to write. */
export interface FileEntry {
  /** Where to. */
  readonly path: string;
  /** What. */
  readonly data: FileData;
}

/** As many paths are named in a message. */
const NAMED = 5;

/** Writes files one after the other. */
export async function writeFiles(
  connection: Connection,
  files: Iterable<FileEntry> | AsyncIterable<FileEntry>,
  options: WriteOptions,
): Promise<WriteInfo[]> {
  const iterator = iteratorOf(files);
  const written: WriteInfo[] = [];
  const paths: string[] = [];
  const onProgress = options.onProgress && runningTotal(options.onProgress);
  let doing = "get the next file to write";
  let ended = false;
  try {
    while (true) {
      ended = true; // An iterator that throws has ended, one that is done too.
      const { done, value } = await waitFor(Promise.resolve(iterator.next()), options.signal);
      if (done) return written;
      ended = false;
      const { path, data } = checkEntry(value, written.length);
      doing = `write file ${JSON.stringify(path)}`;
      written.push(await write(connection, path, data, { ...options, onProgress: onProgress?.() }));
      paths.push(path);
      doing = "get the next file to write";
    }
  } catch (error) {
    const aborted = options.signal?.aborted && error === options.signal.reason;
    if (!ended || aborted) close(iterator);
    throw aborted ? error : retold(error, doing, paths);
  }
}

function iteratorOf(
  files: Iterable<FileEntry> | AsyncIterable<FileEntry>,
): Iterator<FileEntry> | AsyncIterator<FileEntry> {
  if (typeof files === "object" && files !== null) {
    if (Symbol.asyncIterator in files) return files[Symbol.asyncIterator]();
    if (Symbol.iterator in files) return files[Symbol.iterator]();
  }
  throw new TypeError("Cannot write files: pass an Iterable or AsyncIterable of { path, data }");
}

function checkEntry(entry: FileEntry, index: number): FileEntry {
  if (typeof entry === "object" && entry !== null) return { path: checkPath(entry.path), data: entry.data };
  throw new TypeError(`Cannot write files: entry ${index} is not { path, data }`);
}

/** Counts over all files; how many bytes there will be, nobody knows. */
function runningTotal(onProgress: Progress): () => Progress {
  let before = 0;
  let current = 0;
  return () => {
    before += current;
    current = 0;
    return ({ bytes }) => {
      current = bytes;
      onProgress({ bytes: before + bytes });
    };
  };
}

/** Not awaited: one that still waits for its own source would not return before that has come. */
function close(iterator: Iterator<FileEntry> | AsyncIterator<FileEntry>): void {
  void (async () => await iterator.return?.())().catch(() => {});
}

/** The same error, of the same class and with the same fields, that also tells how far it had come. */
function retold(error: unknown, doing: string, written: readonly string[]): unknown {
  // The fields of a DOMException are bound to the object.
  if (!(error instanceof Error) || error instanceof DOMException) return error;
  const what = isSandboxError(error) ? error.message : `Cannot ${doing}: ${error.message}`;
  const told = new Error(`${what} (${summary(written)})`, { cause: error });
  Object.setPrototypeOf(told, Object.getPrototypeOf(error));
  if (told.stack !== undefined) told.stack = told.stack.replace(/^Error/, error.name);
  const { message: _message, stack: _stack, cause: _cause, ...fields } = Object.getOwnPropertyDescriptors(error);
  return Object.defineProperties(told, fields);
}

function summary(written: readonly string[]): string {
  if (written.length === 0) return "no file was written before it";
  const named = written.slice(0, NAMED).map((path) => JSON.stringify(path)).join(", ");
  const more = written.length > NAMED ? ` and ${written.length - NAMED} more` : "";
  const count = written.length === 1 ? "1 file was" : `${written.length} files were`;
  return `${count} written before it: ${named}${more}`;
}
