import { AuthenticationError } from "../errors/authentication_error.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { headerValue, type TokenSource } from "../options.ts";
import { Shared } from "./shared.ts";

/**
 * A token and where it comes from. A function is asked when the token is first needed and after a refusal, once for
 * all callers that wait for it.
 */
export class Token {
  readonly #source: TokenSource | undefined;
  readonly #asked: Shared<string | undefined>;
  /** What the function gave, until it is refused. */
  #known: { readonly value: string | undefined } | undefined;

  /** Makes a token; the name is for messages. */
  constructor(name: string, source: TokenSource | undefined) {
    this.#source = source;
    this.#asked = new Shared(() => this.#ask(name));
    if (typeof source === "string") this.#known = { value: source };
  }

  /** Whether asking again can give another one. */
  get canRenew(): boolean {
    return typeof this.#source === "function";
  }

  /** The token as far as it is known, without asking. */
  get known(): string | undefined {
    return this.#known?.value;
  }

  /** The token in force. The signal ends the wait for its function. */
  async get(signal?: AbortSignal | undefined): Promise<string | undefined> {
    return typeof this.#source === "function" ? await this.#asked.get(signal) : this.#source;
  }

  /** Forgets a refused token, unless another caller has done so since it was given out. */
  discard(refused: string | undefined): void {
    if (this.#known === undefined || this.#known.value !== refused) return;
    this.#known = undefined;
    this.#asked.forget();
  }

  async #ask(name: string): Promise<string | undefined> {
    try {
      const value = headerValue(name, await (this.#source as () => string | Promise<string>)());
      this.#known = { value };
      return value;
    } catch (cause) {
      // Words of ours show no token, and say what to do; anybody else's may hold anything.
      const known = isSandboxError(cause) ? cause : undefined;
      const detail = known === undefined ? "" : `: ${known.message}`;
      throw new AuthenticationError(`Cannot get the ${name}: its function failed${detail}`, {
        code: "unauthenticated",
        hint: known?.hint ?? "See the cause",
        cause,
      });
    }
  }
}
