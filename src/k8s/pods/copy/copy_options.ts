import { checkBoolean } from "../../../errors/checks.ts";
import type { KubeCallOptions } from "../../types.ts";

/** How far a copy is. */
export interface CopyProgress {
  /** Bytes of the archive that went over. */
  readonly bytes: number;
  /** Files, directories and links of it that began. */
  readonly members: number;
}

/** What both directions take. */
export interface CopyOptions extends KubeCallOptions {
  /**
   * Whether symbolic links may lead out of what is copied, by an absolute path for instance.
   *
   * @default {false} for `copyTo`, where such a link ends the copy; true for `copyFrom`
   */
  outsideLinks?: boolean | undefined;
  /** Told after each piece how far it is. What it throws ends the copy. */
  onProgress?: ((progress: CopyProgress) => void) | undefined;
}

/** What `copyTo` takes besides the files. */
export interface CopyToOptions extends CopyOptions {
  /**
   * The limit of the whole copy in milliseconds; 0: none.
   *
   * @default {0}
   */
  timeoutMs?: number | undefined;
}

/** What `copyFrom` takes besides the path. */
export interface CopyFromOptions extends CopyOptions {
  /**
   * The limit in milliseconds until the archive begins; 0: none. The stream itself is ended by `signal`.
   *
   * @default {60_000}
   */
  timeoutMs?: number | undefined;
  /**
   * Whether holes in files are kept as such, in GNU's own form, which few but GNU's tar unpack. It needs that tar in the
   * image. Otherwise holes become zeros.
   *
   * @default {false}
   */
  sparse?: boolean | undefined;
}

/** What is copied to a container, and where to. */
export interface CopyToFiles {
  /** A tar stream. It is read until its end, or cancelled when the copy ends before. */
  from: ReadableStream<Uint8Array>;
  /** The directory that it is unpacked in; it is made, with those above it. A relative one begins where commands do. */
  to: string;
}

/** Checks the options of a copy. Throws a `TypeError`. */
export function checkCopyOptions({ outsideLinks, onProgress, sparse }: CopyFromOptions): void {
  for (const [name, value] of Object.entries({ outsideLinks, sparse })) {
    if (value !== undefined) checkBoolean(name, value);
  }
  if (onProgress !== undefined && typeof onProgress !== "function") {
    throw new TypeError(`Cannot use a ${typeof onProgress} as onProgress: pass a function`);
  }
}

/** Checks a path in a container. Throws a `TypeError` or a `RangeError`. */
export function checkContainerPath(path: unknown): string {
  if (typeof path !== "string" || path === "") {
    throw new TypeError(`Cannot use ${path === "" ? "an empty string" : `a ${typeof path}`} as a path: pass one`);
  }
  if (path.includes("\0")) throw new RangeError("Cannot use a path with a zero character: no file can have it");
  return path.startsWith("-") ? `./${path}` : path;
}
