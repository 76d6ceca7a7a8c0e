/**
 * The words of the daemon for operating system errors. Clients match on codes,
 * but people read messages, and the recordings are compared to the letter.
 */
const WORDS: Readonly<Record<string, string>> = {
  E2BIG: "argument list too long",
  EACCES: "permission denied",
  EAGAIN: "resource temporarily unavailable",
  EBUSY: "device or resource busy",
  EDQUOT: "disk quota exceeded",
  EEXIST: "file exists",
  EFBIG: "file too large",
  EINVAL: "invalid argument",
  EIO: "input/output error",
  EISDIR: "is a directory",
  ELOOP: "too many levels of symbolic links",
  EMFILE: "too many open files",
  EMLINK: "too many links",
  ENAMETOOLONG: "file name too long",
  ENOENT: "no such file or directory",
  ENOEXEC: "exec format error",
  ENOMEM: "cannot allocate memory",
  ENOSPC: "no space left on device",
  ENOTDIR: "not a directory",
  ENOTEMPTY: "directory not empty",
  ENXIO: "no such device or address",
  EPERM: "operation not permitted",
  EROFS: "read-only file system",
  ETXTBSY: "text file busy",
  EXDEV: "invalid cross-device link",
  // A NUL in a path or an argument is refused before the system sees it.
  ERR_INVALID_ARG_VALUE: "invalid argument",
};

/** The system's code for an error, such as `ENOENT`; empty where it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Whether the error says that the path, or a part of it, is not there. */
export function isMissing(error: unknown): boolean {
  return errorCode(error) === "ENOENT";
}

/** What went wrong, in the daemon's words. */
export function errorWords(error: unknown): string {
  return WORDS[errorCode(error)] ??
    (error instanceof Error ? error.message : String(error));
}

/** The same with the call that failed and its path: `stat /x: not a directory`. */
export function failedCall(call: string, path: string, error: unknown): string {
  return `${call} ${path}: ${errorWords(error)}`;
}
