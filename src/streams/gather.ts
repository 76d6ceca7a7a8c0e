import { type Bytes, concat } from "./bytes.ts";
import type { Source } from "./source.ts";

/** How much is given at a time, where there is so much. */
const GATHERED_BYTES = 256 * 1024;
/** So many turns of the microtask queue it may take until a piece that is there has come through the streams before. */
const TURNS = 16;

/** A piece that was asked for. */
interface Asked {
  readonly piece: Promise<Bytes | undefined>;
  /** What it is, once it is there: undefined also for the end, and for an error. */
  there: { readonly piece: Bytes | undefined } | undefined;
}

/**
 * Makes large pieces of small ones, for whom each piece costs more than copying it. Only of those that are there: none
 * waits for one that is yet to come, and an error comes behind what came before it. It asks for one piece in advance.
 */
export function gathered(source: Source, most: number = GATHERED_BYTES): Source {
  let ahead: Asked | undefined;
  return {
    async next() {
      const asked = ahead ?? ask(source);
      ahead = undefined;
      const first = await asked.piece;
      // Copying large ones gains nothing.
      if (first === undefined || first.byteLength >= most / 2) return first;
      const parts = [first];
      let size = first.byteLength;
      while (size < most) {
        ahead = ask(source);
        for (let turn = 0; ahead.there === undefined && turn < TURNS; turn++) await undefined;
        const piece = ahead.there?.piece;
        if (piece === undefined || size + piece.byteLength > most) break;
        parts.push(piece);
        size += piece.byteLength;
        ahead = undefined;
      }
      return concat(parts, size);
    },
    cancel: (reason) => source.cancel(reason),
  };
}

function ask(source: Source): Asked {
  const asked: Asked = { piece: source.next(), there: undefined };
  asked.piece.then((piece) => asked.there = { piece }, () => asked.there = { piece: undefined });
  return asked;
}
