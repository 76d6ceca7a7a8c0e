import { type Part, statusOf } from "./http_framing.ts";

/** A place in a message, looked for in its parts as they come by. */
export interface Mark {
  /** Where it is in this part, or undefined where it is not; it is found once. */
  find(part: Part): number | undefined;
}

/** Behind so many bytes, whatever they are. */
export function wireMark(bytes: number): Mark {
  return counted(bytes, ({ bytes }) => bytes);
}

/** Behind so many bytes of content; 0 is behind the head. */
export function contentMark(bytes: number): Mark {
  return bytes === 0 ? headMark() : counted(bytes, ({ kind, bytes }) => kind === "content" ? bytes : NOTHING);
}

/** Behind so many enveloped messages of the Connect protocol; 0 is behind the head. It is in no other content. */
export function frameMark(frames: number): Mark {
  const head = headMark(({ head }) => isEnveloped(head?.header("content-type")));
  if (frames === 0) return head;
  const envelopes = new Envelopes(frames);
  let enveloped = false;
  return {
    find(part) {
      if (head.find(part) !== undefined) enveloped = true;
      return enveloped && part.kind === "content" ? envelopes.find(part.bytes) : undefined;
    },
  };
}

const NOTHING = new Uint8Array(0);

function counted(bytes: number, relevant: (part: Part) => Uint8Array): Mark {
  let left: number | undefined = bytes;
  return {
    find(part) {
      if (left === undefined) return undefined;
      const { byteLength } = relevant(part);
      if (byteLength >= left && (byteLength > 0 || left === 0)) {
        const at = left;
        left = undefined;
        return at;
      }
      left -= byteLength;
      return undefined;
    },
  };
}

function headMark(is: (part: Part) => boolean = () => true): Mark {
  return {
    find: (part) => isFinal(part) && is(part) ? part.bytes.byteLength : undefined,
  };
}

/** Whether it is the head of a request or of an answer, and not of an interim one such as `100 Continue`. */
function isFinal({ head }: Part): boolean {
  if (head === undefined) return false;
  if (!head.startLine.startsWith("HTTP/")) return true;
  const status = statusOf(head);
  return status >= 200 || status === 101;
}

function isEnveloped(contentType: string | undefined): boolean {
  return /^application\/connect\+/i.test(contentType ?? "");
}

const HEADER_BYTES = 5;

/** Counts messages: a byte of flags, four of length, and so many of payload. */
class Envelopes {
  #frames: number;
  #header: number[] = [];
  #payload = 0;

  constructor(frames: number) {
    this.#frames = frames;
  }

  find(bytes: Uint8Array): number | undefined {
    for (let at = 0; at < bytes.byteLength && this.#frames > 0;) {
      if (this.#payload > 0) {
        const step = Math.min(this.#payload, bytes.byteLength - at);
        this.#payload -= step;
        at += step;
      } else {
        this.#header.push(bytes[at++]!);
        if (this.#header.length < HEADER_BYTES) continue;
        this.#payload = this.#header.slice(1).reduce((length, byte) => length * 256 + byte, 0);
        this.#header = [];
      }
      if (this.#payload === 0 && this.#header.length === 0 && --this.#frames === 0) return at;
    }
    return undefined;
  }
}
