// One interface with an example for each of its calls, which is what its readers look for in one place.
import type { UserOptions } from "../connection/call_options.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { EntryInfo } from "./entry_info.ts";
import type { ListOptions, ReadOptions, WriteOptions } from "./file_options.ts";
import type { WatchHandle, WatchOptions } from "./watch_handle.ts";
import type { SignedUrlOptions } from "./signed_url.ts";
import type { FileData, FileEntry } from "./write_files.ts";
import type { WriteInfo } from "./write_info.ts";

/**
 * The files of a sandbox.
 *
 * A path is absolute, or begins at the home directory of the account, as `~` and the empty path do. The account is
 * `options.user`, else the client's, else `node`, else `root`. It decides whose home that is and who owns what is made,
 * and nothing more: the daemon reads and writes as root.
 *
 * For the content of files `requestTimeoutMs` counts only while no byte moves.
 */
export interface Filesystem {
  /**
   * Lists a directory, and as many levels below it as `depth` says. Links are listed and not followed.
   *
   * @param path The directory.
   * @param options How deep, as whom, and for how long.
   * @returns The entries in the order of their names, each directory before what is in it.
   * @throws {NotFoundError} `file_not_found`.
   * @throws {InvalidArgumentError} `not_a_directory`.
   * @throws {RangeError} When `depth` is not an integer of 1 or more.
   *
   * @example Two levels
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.write("project/src/main.ts", "");
   * const entries = await files.list("project", { depth: 2 });
   * assertEquals(entries.map(({ name, type }) => [name, type]), [["src", "directory"], ["main.ts", "file"]]);
   * ```
   */
  list(path: string, options?: ListOptions): Promise<EntryInfo[]>;

  /**
   * Tells whether something is there: a file, a directory, a link that leads nowhere.
   *
   * @param path Where to look.
   * @param options As whom, and for how long.
   * @returns Whether something is there. Below a file there is nothing.
   *
   * @example Look before
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertFalse } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * assertFalse(await files.exists("nothing-here"));
   * ```
   */
  exists(path: string, options?: UserOptions): Promise<boolean>;

  /**
   * Tells what is there. Of a symbolic link: the link, and the type of what it leads to.
   *
   * @param path The entry.
   * @param options As whom, and for how long.
   * @returns What is known of it.
   * @throws {NotFoundError} `file_not_found`.
   * @throws {InvalidArgumentError} `not_a_directory`: the path leads through a file.
   *
   * @example The size of a file
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.write("hello.txt", "hello");
   * const { type, size } = await files.getInfo("hello.txt");
   * assertEquals([type, size], ["file", 5]);
   * ```
   */
  getInfo(path: string, options?: UserOptions): Promise<EntryInfo>;

  /**
   * Makes a directory, and the directories above it that are missing.
   *
   * @param path The directory.
   * @param options As whom, and for how long.
   * @returns True when it was made; false when it was there already.
   * @throws {InvalidArgumentError} `not_a_directory`: something else is there, or in the way.
   *
   * @example Twice is as good as once
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * assertEquals([await files.makeDir("a/b"), await files.makeDir("a/b")], [true, false]);
   * ```
   */
  makeDir(path: string, options?: UserOptions): Promise<boolean>;

  /**
   * Gives an entry another path. The directories above it are made; a file that is there is replaced.
   *
   * @param from The entry.
   * @param to Its new path.
   * @param options As whom, and for how long.
   * @returns The entry where it is now.
   * @throws {NotFoundError} `file_not_found`.
   * @throws {InvalidArgumentError} `already_exists`: a directory is there; `invalid_argument`: another filesystem, or
   * inside of itself.
   *
   * @example Rename a file
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.write("draft.md", "# Report");
   * const { name } = await files.rename("draft.md", "report.md");
   * assertEquals(name, "report.md");
   * ```
   */
  rename(from: string, to: string, options?: UserOptions): Promise<EntryInfo>;

  /**
   * Removes an entry, and everything below it. Where nothing is, that is fine. A link is removed, not what it leads to.
   *
   * @param path The entry.
   * @param options As whom, and for how long.
   *
   * @example Remove a directory
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertFalse } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.write("cache/1", "x");
   * await files.remove("cache");
   * assertFalse(await files.exists("cache"));
   * ```
   */
  remove(path: string, options?: UserOptions): Promise<void>;

  /**
   * Reads a file, or a part of it.
   *
   * Special files (`/proc`, pipes) have no content that the daemon can send: read those with a command.
   *
   * @param path The file.
   * @param options Which part, how much at most, as whom, and for how long.
   * @returns Its bytes.
   * @throws {NotFoundError} `file_not_found`.
   * @throws {InvalidArgumentError} `is_a_directory`.
   * @throws {OutputLimitError} `file_too_large`: there is more than `maxBytes`.
   * @throws {RangeError} When `range` or `maxBytes` cannot be.
   *
   * @example The first bytes
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.write("image.gif", "GIF89a…");
   * const magic = await files.read("image.gif", { range: { start: 0, end: 3 } });
   * assertEquals(magic, new Uint8Array([0x47, 0x49, 0x46]));
   * ```
   */
  read(path: string, options?: ReadOptions): Promise<Bytes>;

  /**
   * Reads a file as text. A byte order mark is kept; bytes that are not UTF-8 become U+FFFD.
   *
   * @param path The file.
   * @param options Which part, how much at most, as whom, and for how long.
   * @returns Its text.
   * @throws {NotFoundError} `file_not_found`.
   *
   * @example Read what was written
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.writeText("note.txt", "grüß dich");
   * assertEquals(await files.readText("note.txt"), "grüß dich");
   * ```
   */
  readText(path: string, options?: ReadOptions): Promise<string>;

  /**
   * Reads a file as a Blob, with the media type that the daemon tells from its name or content.
   *
   * @param path The file.
   * @param options Which part, how much at most, as whom, and for how long.
   * @returns The Blob.
   * @throws {NotFoundError} `file_not_found`.
   *
   * @example A picture for a page
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.write("dot.svg", "<svg/>");
   * const blob = await files.readBlob("dot.svg");
   * assertEquals(blob.type, "image/svg+xml");
   * ```
   */
  readBlob(path: string, options?: ReadOptions): Promise<Blob>;

  /**
   * Reads a file as a stream, which asks for bytes only as it is read. The signal and the limit of time hold for as long
   * as it lasts; the time its reader takes does not count. A connection that breaks on the way is an error of the
   * stream. Cancelling it ends the request.
   *
   * @param path The file.
   * @param options Which part, how much at most, as whom, and for how long.
   * @returns The stream, once its first bytes are there.
   * @throws {NotFoundError} `file_not_found`.
   *
   * @example Text, as it comes
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.write("log.txt", "one\ntwo\n");
   * const stream = await files.readStream("log.txt");
   * assertEquals(await new Response(stream).text(), "one\ntwo\n");
   * ```
   */
  readStream(path: string, options?: ReadOptions): Promise<ReadableStream<Bytes>>;

  /**
   * Writes a file, and makes the directories above it. One that is there is replaced and keeps its permissions. A write
   * that fails on the way may leave a part of the content: write to another name and `rename`, where that matters.
   *
   * A stream is sent as it is read, and only once; when the write fails, it is cancelled.
   *
   * @param path The file.
   * @param data Its content: text, bytes, a Blob, a stream, or an async iterable of bytes.
   * @param options As whom, for how long, and who is told.
   * @returns Name and path of the file.
   * @throws {InvalidArgumentError} `is_a_directory`; `not_a_directory`: a file is where a directory is needed.
   * @throws {SandboxError} `no_space`.
   * @throws {TypeError} When `data` is nothing that can be sent.
   *
   * @example From a stream
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * const { name } = await files.write("copy.bin", new Blob(["any stream"]).stream());
   * assertEquals([name, await files.readText("copy.bin")], ["copy.bin", "any stream"]);
   * ```
   */
  write(path: string, data: FileData, options?: WriteOptions): Promise<WriteInfo>;

  /**
   * Writes a text, as UTF-8.
   *
   * @param path The file.
   * @param text Its content.
   * @param options As whom, for how long, and who is told.
   * @returns Name and path of the file.
   * @throws {TypeError} When `text` is no string.
   *
   * @example Write a file
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * const { name } = await files.writeText("a/b/c.txt", "hello");
   * assertEquals(name, "c.txt");
   * ```
   */
  writeText(path: string, text: string, options?: WriteOptions): Promise<WriteInfo>;

  /**
   * Writes files one after the other, in the order they come. `onProgress` counts over all of them.
   *
   * @param files What to write where; the iterator is closed when a write fails.
   * @param options As whom, for how long each, and who is told.
   * @returns Name and path of each.
   * @throws {SandboxError} As `write` does; the message also tells which files were written before.
   *
   * @example A small project
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * const written = await files.writeFiles([
   *   { path: "app/main.py", data: "print('hello')" },
   *   { path: "app/data.bin", data: new Uint8Array([1, 2, 3]) },
   * ]);
   * assertEquals(written.map(({ name }) => name), ["main.py", "data.bin"]);
   * ```
   */
  writeFiles(files: Iterable<FileEntry> | AsyncIterable<FileEntry>, options?: WriteOptions): Promise<WriteInfo[]>;

  /**
   * Makes a URL by which anyone can read a file, with nothing but an HTTP client: who has it needs no token. It is good
   * until it expires, and else until the sandbox gets another token; it does not tell whether the file is there.
   *
   * It cannot carry headers: a gateway that demands a token on every request refuses it. Where the sandbox has no
   * token, the URL has no signature. A request is made only to learn the account, where none is named.
   *
   * @param path The file.
   * @param options For how long it is good, and as whom the file is read.
   * @returns The URL. Behind a gateway that is found by headers, it is the gateway's path form.
   * @throws {RangeError} When `expiresInSeconds` is not an integer of 1 or more.
   *
   * @example A link for a browser
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * await files.write("report.txt", "all is well");
   * const url = await files.downloadUrl("report.txt", { expiresInSeconds: 300 });
   * assertEquals(await (await fetch(url)).text(), "all is well");
   * ```
   */
  downloadUrl(path: string, options?: SignedUrlOptions): Promise<string>;

  /**
   * Makes a URL by which anyone can write a file, as `downloadUrl` does for reading. It takes a POST of
   * `multipart/form-data` with the content in a field called `file`, any number of times.
   *
   * @param path The file.
   * @param options For how long it is good, and as whom the file is written.
   * @returns The URL.
   * @throws {RangeError} When `expiresInSeconds` is not an integer of 1 or more.
   *
   * @example From a form
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { files } = new RuntimeClient(runtime.clientOptions());
   * const form = new FormData();
   * form.set("file", new Blob(["a picture"]));
   * const response = await fetch(await files.uploadUrl("picture.png"), { method: "POST", body: form });
   * assertEquals([response.status, await response.text() !== ""], [200, true]);
   * assertEquals(await files.readText("picture.png"), "a picture");
   * ```
   */
  uploadUrl(path: string, options?: SignedUrlOptions): Promise<string>;

  /**
   * Watches a directory. Once it resolves, whatever happens there is told.
   *
   * Events come over a stream, or are asked for again and again where a stream does not get through or `polling` says so.
   * `requestTimeoutMs` is for the time until the watch is armed, and for each such question; the signal ends the watch at
   * any time.
   *
   * @param path The directory.
   * @param options What to watch and how, as whom, and until when.
   * @returns The events, to be read in a loop; leaving it ends the watch, as `stop()` and disposal do.
   * @throws {NotFoundError} `file_not_found`.
   * @throws {InvalidArgumentError} `not_a_directory`.
   * @throws {SandboxError} `internal`: the sandbox has no more inotify watches.
   *
   * @example What a command does
   * ```ts
   * import { RuntimeClient } from "@kruise-agents/runtime";
   * import { startLocalRuntime } from "@kruise-agents/runtime/local";
   * import { assertEquals } from "@std/assert";
   *
   * await using runtime = await startLocalRuntime();
   * const { commands, files } = new RuntimeClient(runtime.clientOptions());
   * await files.makeDir("src");
   * await using watch = await files.watchDir("src", { recursive: true });
   * await commands.run("mkdir ~/src/lib && mv ~/src/lib ~/src/core");
   * const seen: string[] = [];
   * for await (const { type, name } of watch) {
   *   seen.push(`${type} ${name}`);
   *   if (name === "core") break;
   * }
   * assertEquals(seen, ["create lib", "rename lib", "create core"]);
   * ```
   */
  watchDir(path: string, options?: WatchOptions): Promise<WatchHandle>;
}
