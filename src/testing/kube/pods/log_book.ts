import type { FakeKubeClock } from "../call.ts";

/** What the main process of a container printed, since it was started. */
class Run {
  /** Pieces of lines; a line's first piece says when it came. */
  readonly pieces: { readonly time: number; readonly bytes: Uint8Array<ArrayBuffer>; readonly begins: boolean }[] = [];
  isOver = false;
}

/** Which part of a log is wanted. */
export interface LogWishes {
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly tailLines: number | undefined;
  readonly limitBytes: number | undefined;
}

const NEWLINE = 10;

/** The logs of one container: of the process that runs, and of the one before. */
export class LogBook {
  readonly #clock: FakeKubeClock;
  readonly #readers = new Set<() => void>();
  #cuts = 0;
  #run = new Run();
  #previous: Run | undefined;

  constructor(clock: FakeKubeClock) {
    this.#clock = clock;
  }

  get hasPrevious(): boolean {
    return this.#previous !== undefined;
  }

  print(output: string | Uint8Array): void {
    const bytes = typeof output === "string" ? new TextEncoder().encode(output) : output.slice();
    const time = this.#clock.now();
    for (let at = 0; at < bytes.byteLength;) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline < 0 ? bytes.byteLength : newline + 1;
      const last = this.#run.pieces.at(-1);
      const begins = last === undefined || last.bytes.at(-1) === NEWLINE;
      this.#run.pieces.push({ time: begins ? time : last.time, bytes: bytes.slice(at, end), begins });
      at = end;
    }
    this.#tell();
  }

  /** The main process ends. */
  exit(): void {
    this.#run.isOver = true;
    this.#tell();
  }

  /** It ends, and another one is started. */
  restart(): void {
    this.exit();
    this.#previous = this.#run;
    this.#run = new Run();
  }

  /** Those who follow it come to their end, but the process runs on. */
  cut(): void {
    this.#cuts++;
    this.#tell();
  }

  /** What is wanted of it, as a stream. */
  read(wishes: LogWishes): ReadableStream<Uint8Array<ArrayBuffer>> {
    const run = wishes.previous ? this.#previous ?? new Run() : this.#run;
    const follows = wishes.follow && !wishes.previous;
    const { tailLines, since, timestamps } = wishes;
    let at = firstPiece(run, tailLines, since);
    let left = wishes.limitBytes ?? Infinity;
    const cuts = this.#cuts;
    let onChange = () => {};
    const stop = () => void this.#readers.delete(onChange);
    return new ReadableStream({
      pull: async (controller) => {
        for (;;) {
          const piece = run.pieces[at];
          if (left > 0 && piece !== undefined) {
            at++;
            const bytes = (timestamps && piece.begins ? stamped(piece.time, piece.bytes) : piece.bytes).slice(0, left);
            left -= bytes.byteLength;
            return controller.enqueue(bytes);
          }
          if (left <= 0 || run.isOver || !follows || cuts < this.#cuts) {
            stop();
            return controller.close();
          }
          await new Promise<void>((resolve) => {
            this.#readers.delete(onChange);
            this.#readers.add(onChange = resolve);
          });
        }
      },
      cancel: stop,
    }, { highWaterMark: 0 });
  }

  #tell(): void {
    for (const reader of [...this.#readers]) reader();
  }
}

/** From where on lines are wanted: the last so many, and none from before some time. */
function firstPiece({ pieces }: Run, tailLines: number | undefined, since: number): number {
  let at = pieces.length;
  let lines = 0;
  while (at > 0) {
    const piece = pieces[at - 1];
    if (piece === undefined || piece.time < since || lines === tailLines) break;
    at--;
    if (piece.begins) lines++;
  }
  return at;
}

function stamped(time: number, line: Uint8Array): Uint8Array<ArrayBuffer> {
  // As nanoseconds.
  const head = new TextEncoder().encode(new Date(time).toISOString().replace("Z", "000000Z "));
  const bytes = new Uint8Array(head.byteLength + line.byteLength);
  bytes.set(head);
  bytes.set(line, head.byteLength);
  return bytes;
}
