import type { Connection } from "../connection/connection.ts";
import type { Filesystem } from "./filesystem.ts";
import { exists, getInfo, list, makeDir, remove, rename } from "./metadata.ts";
import { read, readBlob, readText } from "./read.ts";
import { readStream } from "./read_stream.ts";
import { signedUrl } from "./signed_url.ts";
import { write, writeText } from "./write.ts";
import { writeFiles } from "./write_files.ts";

/** The files of the sandbox at the other end of a connection. */
export function createFilesystem(connection: Connection): Filesystem {
  return {
    list: (path, options = {}) => list(connection, path, options),
    exists: (path, options = {}) => exists(connection, path, options),
    getInfo: (path, options = {}) => getInfo(connection, path, options),
    makeDir: (path, options = {}) => makeDir(connection, path, options),
    rename: (from, to, options = {}) => rename(connection, from, to, options),
    remove: (path, options = {}) => remove(connection, path, options),
    read: (path, options = {}) => read(connection, path, options),
    readText: (path, options = {}) => readText(connection, path, options),
    readBlob: (path, options = {}) => readBlob(connection, path, options),
    readStream: (path, options = {}) => readStream(connection, path, options),
    write: (path, data, options = {}) => write(connection, path, data, options),
    writeText: (path, text, options = {}) => writeText(connection, path, text, options),
    writeFiles: (files, options = {}) => writeFiles(connection, files, options),
    downloadUrl: (path, options = {}) => signedUrl(connection, "read", path, options),
    uploadUrl: (path, options = {}) => signedUrl(connection, "write", path, options),
    // Loaded when it is used, as few do.
    watchDir: async (path, options = {}) => await (await import("./watch.ts")).watchDir(connection, path, options),
  };
}
