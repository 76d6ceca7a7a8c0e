import type { UserOptions } from "../connection/call_options.ts";

/** Told how much of a file's content has moved. What it throws ends the transfer and rejects the call. */
export type Progress = (progress: {
  /** The bytes of content so far. */
  readonly bytes: number;
  /** All of them, where that is known. */
  readonly totalBytes?: number;
}) => void;

/** How to read a file. */
export interface ReadOptions extends UserOptions {
  /**
   * Only this part of it, as in `slice`: from `start`, counted from 0, to before `end` or the end of the file. What lies
   * beyond the end is empty, which is no error.
   */
  range?: { start: number; end?: number | undefined } | undefined;
  /** Told as bytes arrive. After a broken connection, reading starts over, and so does the count. */
  onProgress?: Progress | undefined;
  /** More than this rejects with an `OutputLimitError` of code `file_too_large`; nothing beyond it is kept. */
  maxBytes?: number | undefined;
}

/** How to write a file. */
export interface WriteOptions extends UserOptions {
  /** Told as bytes leave. */
  onProgress?: Progress | undefined;
}

/** How to list a directory. */
export interface ListOptions extends UserOptions {
  /**
   * How many levels: 1 is the directory's own entries, 2 also those of its directories.
   *
   * @default {1}
   */
  depth?: number | undefined;
}
