import { type Bytes, concat, NO_BYTES } from "../../../streams/bytes.ts";

const encoder = new TextEncoder();
/** The exit code behind the mark. */
const CODE_BYTES = 3;

/**
 * Runs the arguments behind the mark, and writes that with the exit code behind what they wrote. By `exec`, because a shell
 * has an `echo` and others of its own; some read a first word that begins with "-" as an option of that.
 */
const RUN = `(shift; case $1 in -*) "$@";; *) exec "$@";; esac); c=$?; printf '%s%03d' "$1" "$c"`;
const RUN_ON_BOTH = `${RUN}; printf '%s%03d' "$1" "$c" >&2`;

/** A mark that no output has by chance. */
export function randomMark(): string {
  const hex = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"));
  return `end-${hex.join("")}-`;
}

/** The command that runs another one and marks its end; a terminal has one output only. */
export function markedCommand(command: readonly string[], mark: string, tty: boolean): string[] {
  return ["sh", "-c", `${tty ? RUN : RUN_ON_BOTH}; exit "$c"`, "sh", mark, ...command];
}

/** Takes the mark off the end of a stream: holds back what can be the beginning of that. */
export class EndMark {
  readonly #mark: Bytes;
  readonly #length: number;
  #held: Bytes = NO_BYTES;

  /** Looks for this mark. */
  constructor(mark: string) {
    this.#mark = encoder.encode(mark);
    this.#length = this.#mark.byteLength + CODE_BYTES;
  }

  /** Takes what came, and gives what is surely in front of the mark. */
  push(data: Bytes): Bytes {
    const all = this.#held.byteLength === 0 ? data : concat([this.#held, data]);
    let start = Math.max(0, all.byteLength - this.#length);
    while (!this.#isBegin(all, start)) start++;
    // A copy, for it lives longer than what it stands in.
    this.#held = start === all.byteLength ? NO_BYTES : all.slice(start);
    return all.subarray(0, start);
  }

  /** The exit code behind the mark; where that is missing, the last of the output instead. */
  end(): { readonly exitCode: number } | { readonly rest: Bytes } {
    const code = new TextDecoder().decode(this.#held.subarray(this.#mark.byteLength));
    const isMark = this.#held.byteLength === this.#length && this.#mark.every((byte, i) => this.#held[i] === byte);
    return isMark && /^\d{3}$/.test(code) ? { exitCode: Number(code) } : { rest: this.#held };
  }

  /** Whether all from there on is the mark with its code, as far as it goes. */
  #isBegin(all: Bytes, start: number): boolean {
    for (let i = start; i < all.byteLength; i++) {
      const due = this.#mark[i - start];
      if (due === undefined ? !isDigit(all[i]!) : all[i] !== due) return false;
    }
    return true;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
