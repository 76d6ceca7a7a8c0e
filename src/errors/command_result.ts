/** What a command left behind. It stands in this room because errors carry it. */
export interface CommandResult {
  /** The exit code; after a signal 128 + n, as a shell says it (the daemon's wire says -1). */
  readonly exitCode: number;
  /** Standard output as text; bytes that are not UTF-8 are replaced by U+FFFD. */
  readonly stdout: string;
  /** Standard error as text. */
  readonly stderr: string;
  /** Standard output, byte for byte. */
  readonly stdoutBytes: Uint8Array<ArrayBuffer>;
  /** Standard error, byte for byte. */
  readonly stderrBytes: Uint8Array<ArrayBuffer>;
  /** The daemon's own words about an end that was not exit code 0, such as `exit status 3`. */
  readonly error?: string;
  /** The signal that ended the process, such as `SIGKILL`. */
  readonly signal?: string;
  /** How many bytes of output were left out of `stdout` and `stderr`, both together. */
  readonly truncatedBytes: number;
  /** The process id it had. */
  readonly pid: number;
}

/** What arrived before a failure. It has no exit code, because nobody knows it. */
export interface PartialResult {
  /** Standard output so far, byte for byte. */
  readonly stdoutBytes: Uint8Array<ArrayBuffer>;
  /** Standard error so far, byte for byte. */
  readonly stderrBytes: Uint8Array<ArrayBuffer>;
  /** Standard output so far, as text. */
  readonly stdout: string;
  /** Standard error so far, as text. */
  readonly stderr: string;
  /** How many bytes of output were left out, both streams together. */
  readonly truncatedBytes: number;
}
