/** What every side can do, each in its own way, so that the work itself is written once. */

export type Bytes = Uint8Array<ArrayBuffer>;

/** A side that is ready to work against one server. */
export interface Caller {
  /** Asks about a file, and answers its size. */
  getInfo(path: string): Promise<number>;
  /** Lists a directory, and answers what the side makes of its entries. */
  list(path: string): Promise<readonly { readonly path: string }[]>;
  /** Runs a command line and answers its stdout as text. */
  run(line: string): Promise<string>;
  /** Runs a command line and hands its stdout to a callback; nothing more is asked for. */
  follow(line: string, onStdout: (text: string) => void): Promise<void>;
  /** Runs a command line and hands its stdout on as bytes; not there where a side cannot. */
  followBytes?(line: string, onStdout: (bytes: Uint8Array) => void): Promise<void>;
  /** Starts a command line and leaves its stream open. What comes back keeps it so. */
  hold(line: string): Promise<unknown>;
  read(path: string): Promise<Uint8Array>;
  readStream(path: string): Promise<ReadableStream<Uint8Array>>;
  write(path: string, data: Bytes | ReadableStream<Bytes>): Promise<unknown>;
}

/** Makes a caller. A side may be told the version, as a caller of that side would be. */
export type Connect = (url: string, version: string) => Caller | Promise<Caller>;
