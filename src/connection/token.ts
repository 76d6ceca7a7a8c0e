import { AuthenticationError } from "../errors/authentication_error.ts";
import { headerValue, type TokenSource } from "../options.ts";

/**
 * A token and where it comes from. A function is asked when the token is first needed and after a refusal, once for
 * all callers that wait for it.
 */
export class Token {
  readonly #name: string;
  readonly #source: TokenSource | undefined;
  #asking: Promise<string | undefined> | undefined;
  /** What the function gave, until it is refused. */
  #known: { readonly value: string | undefined } | undefined;

  /** Makes a token; the name is for messages. */
  constructor(name: string, source: TokenSource | undefined) {
    this.#name = name;
    this.#source = source;
  }

  /** Whether asking again can give another one. */
  get canRenew(): boolean {
    return typeof this.#source === "function";
  }

  /** The token in force. */
  get(): Promise<string | undefined> {
    if (this.#asking === undefined) {
      const asking = this.#ask();
      this.#asking = asking;
      // A function that failed is asked again by the next call.
      asking.catch(() => {
        if (this.#asking === asking) this.#asking = undefined;
      });
    }
    return this.#asking;
  }

  /** Forgets a refused token, unless another caller has done so since it was given out. */
  discard(refused: string | undefined): void {
    if (this.#known === undefined || this.#known.value !== refused) return;
    this.#known = undefined;
    this.#asking = undefined;
  }

  async #ask(): Promise<string | undefined> {
    if (typeof this.#source !== "function") return this.#source;
    try {
      const value = headerValue(this.#name, await this.#source());
      this.#known = { value };
      return value;
    } catch (cause) {
      throw new AuthenticationError(`Cannot get the ${this.#name}: its function failed`, {
        code: "unauthenticated",
        hint: "See the cause",
        cause,
      });
    }
  }
}
