import type { UserOptions } from "../connection/call_options.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import type { Bytes } from "../streams/bytes.ts";
import type { Healing } from "./heal.ts";
import type { Journals } from "./journals.ts";

/** Reads one stream of a journal, as far as it goes: what breaks is taken up at the exact byte. */
export class JournalReader {
  /** The offset of the next byte. */
  offset: number;
  readonly #journals: Journals;
  readonly #what: string;
  readonly #path: string;
  readonly #healing: Healing;
  readonly #options: UserOptions;
  #body: ReadableStreamDefaultReader<Bytes> | undefined;

  constructor(
    journals: Journals,
    what: string,
    path: string,
    offset: number,
    healing: Healing,
    signal: AbortSignal | undefined,
  ) {
    this.#journals = journals;
    this.#what = what;
    this.#path = path;
    this.offset = offset;
    this.#healing = healing;
    this.#options = { user: journals.finder.username, signal };
  }

  /** The next bytes, or undefined where there are no more now. */
  async next(): Promise<Bytes | undefined> {
    while (true) {
      try {
        this.#body ??= await this.#open();
        const { done, value } = await this.#body.read();
        this.#healing.progress();
        if (done) {
          this.#body = undefined;
          return undefined;
        }
        this.offset += value.byteLength;
        return value;
      } catch (error) {
        this.#body = undefined;
        if (isSandboxError(error, "file_not_found")) throw this.#journals.gone(this.#what);
        await this.#healing.pause(error);
      }
    }
  }

  /** No more is wanted. */
  async cancel(reason?: unknown): Promise<void> {
    await this.#body?.cancel(reason);
  }

  async #open(): Promise<ReadableStreamDefaultReader<Bytes>> {
    const range = this.offset === 0 ? undefined : { start: this.offset };
    return (await this.#journals.files.readStream(this.#path, { ...this.#options, range })).getReader();
  }
}
