import type { InputData, PtySize } from "../../../../mod.ts";
import { checkBoolean, checkNumber } from "../../../errors/checks.ts";
import { argvOf, nameOf } from "../../../process/command.ts";
import { isStream, wholeData } from "../../../streams/input_data.ts";
import type { CheckedTarget } from "../target.ts";
import { markedCommand, randomMark } from "./end_mark.ts";
import type { ExecOptions } from "./exec_handle.ts";

/** A command that was checked. */
export interface CheckedExec {
  /** The words that are sent. */
  readonly argv: readonly string[];
  /** Stands behind its output, where that was asked for. */
  readonly mark: string | undefined;
  readonly stdin: boolean | InputData;
  readonly tty: boolean;
  readonly size: PtySize | undefined;
  readonly signal: AbortSignal | undefined;
  /** Names it for people. */
  readonly name: string;
  /** Completes "Cannot …". */
  readonly what: string;
}

/** The kernel holds both in 16 bits. */
const MOST = 65_535;

/**
 * Checks a command and its options.
 *
 * @throws {TypeError} For what is none.
 * @throws {RangeError} When no terminal can have this size.
 */
export function checkExec(target: CheckedTarget, command: readonly string[], options: ExecOptions): CheckedExec {
  const { verified = false, stdin = false, tty = false, size, signal } = options;
  if (typeof command === "string") throw new TypeError("Cannot run a string in a container: pass an array of words");
  const argv = argvOf(command);
  // A URL cannot hold it, and another word would be sent.
  if (argv.some((word) => /\p{Surrogate}/u.test(word))) {
    throw new TypeError("Cannot use a string with half a surrogate pair as a word of a command");
  }
  checkBoolean("verified", verified);
  checkBoolean("tty", tty);
  if (typeof stdin !== "boolean" && wholeData(stdin) === undefined && isStream(stdin) && stdin.locked) {
    throw new TypeError("Cannot send a stream that is locked: somebody else reads it");
  }
  if (size !== undefined && !tty) throw new TypeError("Cannot use a size without a terminal: pass tty: true");
  const mark = verified ? randomMark() : undefined;
  const name = `${nameOf(argv)} in the ${target.name}`;
  return {
    argv: mark === undefined ? argv : markedCommand(argv, mark, tty),
    mark,
    stdin,
    tty,
    size: size && checkSize(size),
    signal,
    name,
    what: `run ${name}`,
  };
}

/** Checks the size of a terminal. */
export function checkSize(size: PtySize): PtySize {
  if (typeof size !== "object" || size === null) {
    throw new TypeError(`Cannot use a ${size === null ? "null" : typeof size} as a size: pass { cols, rows }`);
  }
  const { cols, rows } = size;
  for (const [name, value] of Object.entries({ cols, rows })) {
    checkNumber(name, value);
    if (!Number.isInteger(value) || value < 1 || value > MOST) {
      throw new RangeError(`Cannot use ${value} as ${name} of a terminal: pass an integer from 1 to ${MOST}`);
    }
  }
  return { cols, rows };
}
