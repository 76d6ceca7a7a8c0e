import { isSandboxError, type PtyExit, type PtyHandle } from "../../mod.ts";
import { CheckError } from "./check.ts";

/** Someone at a terminal: reads what it shows, and types. */
export interface User {
  /** Reads on until a text has been shown, and gives all of it so far; what comes behind it is looked at next time. */
  sees(text: string): Promise<string>;
  /** Reads to the end, and gives the bytes that were not looked at yet. */
  rest(): Promise<Uint8Array<ArrayBuffer>>;
  /** Waits for the end of the program. */
  ends(): Promise<PtyExit>;
  /** Types. */
  types(input: string | Uint8Array): Promise<void>;
}

/** Sits down at a terminal. Bytes are taken for Latin-1, so that any can be looked for. */
export function sitAt(terminal: PtyHandle): User {
  const { readable, writable } = terminal;
  const reader = readable.getReader();
  const writer = writable.getWriter();
  const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  // Who types in vain does not wait for what would come of it. The end of the program is no such thing.
  const vain = writer.closed.then(never, (error) => isSandboxError(error, "process_not_found") ? never() : error)
    .then((error) => Promise.reject(error));
  vain.catch(() => {});
  const read = () => Promise.race([reader.read(), vain]);
  let unseen = "";
  return {
    async sees(text) {
      let at: number;
      while ((at = unseen.indexOf(text)) < 0) {
        const { done, value } = await read();
        if (done) throw new CheckError(`the terminal closed behind ${JSON.stringify(unseen)}`);
        unseen += latin1(value);
      }
      const seen = unseen.slice(0, at + text.length);
      unseen = unseen.slice(seen.length);
      return seen;
    },
    async rest() {
      const parts = [unseen];
      for (let next = await read(); !next.done; next = await read()) parts.push(latin1(next.value));
      return Uint8Array.from(parts.join(""), (character) => character.charCodeAt(0));
    },
    ends: () => Promise.race([terminal.wait(), vain]),
    types: (input) => writer.write(input),
  };
}

function never(): Promise<never> {
  return new Promise(() => {});
}
