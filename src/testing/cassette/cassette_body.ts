import type { BodyDigest } from "./cassette.ts";
import type { ByteString } from "./cassette_data.ts";
import type { Names } from "./cassette_names.ts";
import { overwrite, type Secrets } from "./cassette_secrets.ts";

/** The largest body of a request that is kept as it is. */
export const KEPT_BYTES: number = 64 * 1024;
/** A secret or a name that is longer may be overlooked where two pieces of a large body meet. */
const OVERLAP = 4 * 1024;

/** The body of a request as it goes by: whole while it is small, then a digest that does not grow. */
export class RequestBody {
  readonly #secrets: Secrets;
  readonly #names: Names;
  readonly #contentType: string;
  #pending: ByteString = "";
  #digest: Digest | undefined;

  /** The digest is of what two runs have in common: without secrets, names made equal. */
  constructor(secrets: Secrets, names: Names, contentType: string) {
    this.#secrets = secrets;
    this.#contentType = contentType;
    this.#names = names;
  }

  /** Takes the next bytes. */
  push(bytes: ByteString): void {
    this.#pending += bytes;
    if (this.#pending.length < KEPT_BYTES + OVERLAP) return;
    this.#digest ??= new Digest();
    this.#take(this.#pending.length - OVERLAP);
  }

  /** The body, or the digest of a large one. */
  end(): ByteString | BodyDigest {
    if (this.#digest === undefined && this.#pending.length <= KEPT_BYTES) return this.#pending;
    this.#digest ??= new Digest();
    this.#take(this.#pending.length);
    return this.#digest.value;
  }

  /** Digests the beginning of what is pending, up to where neither a secret nor a name is cut. */
  #take(upTo: number): void {
    const pending = this.#pending;
    // A value that is cut is learned with the next piece.
    const whole = /json/.test(this.#contentType) ? pending.slice(0, pending.lastIndexOf('"') + 1) : pending;
    this.#secrets.learn(whole, this.#contentType);
    const secrets = this.#secrets.ranges(pending);
    const names = this.#names.in(pending).map(({ start, value }) => ({ start, end: start + value.length }));
    const cut = [...secrets, ...names].sort((a, b) => b.start - a.start)
      .reduce((cut, { start, end }) => start < cut && end > cut ? start : cut, upTo);
    this.#digest!.push(
      this.#names.canonical(overwrite(pending.slice(0, cut), secrets.filter(({ end }) => end <= cut))),
    );
    this.#pending = pending.slice(cut);
  }
}

/** A digest that tells bodies apart; it withstands no attack. Two sums with different multipliers. */
class Digest {
  #bytes = 0;
  #a = 0x811c9dc5;
  #b = 0x9e3779b9;

  push(bytes: ByteString): void {
    this.#bytes += bytes.length;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes.charCodeAt(i);
      this.#a = Math.imul(this.#a ^ byte, 0x01000193);
      this.#b = Math.imul(this.#b + byte, 0x85ebca6b) ^ (this.#b >>> 15);
    }
  }

  get value(): BodyDigest {
    const hex = (sum: number) => (sum >>> 0).toString(16).padStart(8, "0");
    return { bytes: this.#bytes, digest: hex(this.#a) + hex(this.#b) };
  }
}
