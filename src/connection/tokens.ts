import { AuthenticationError } from "../errors/authentication_error.ts";
import type { SandboxError } from "../errors/sandbox_error.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Repeats } from "./repeats.ts";
import { Token } from "./token.ts";

/** What a request is sent with. */
export interface TokenValues {
  readonly runtime: string | undefined;
  readonly traffic: string | undefined;
}

/** The tokens of a sandbox, which all views of a client share. */
export class Tokens {
  readonly #runtime: Token;
  readonly #traffic: Token;

  /** Asks for nothing yet. */
  constructor({ runtimeToken, trafficToken, sandboxBaseUrl }: ResolvedOptions) {
    this.#runtime = new Token("runtimeToken", runtimeToken);
    // The traffic token is for a gateway, and goes nowhere else.
    this.#traffic = new Token("trafficToken", sandboxBaseUrl === undefined ? trafficToken : undefined);
  }

  /** Both as far as they are known, without asking. */
  get known(): TokenValues {
    return { runtime: this.#runtime.known, traffic: this.#traffic.known };
  }

  /** Both. The signal ends the wait for their functions. */
  async get(signal?: AbortSignal | undefined): Promise<TokenValues> {
    // Nothing to wait for, in each of many small calls.
    if (!this.#runtime.canRenew && !this.#traffic.canRenew) return this.known;
    const [runtime, traffic] = await Promise.all([this.#runtime.get(signal), this.#traffic.get(signal)]);
    return { runtime, traffic };
  }

  /** The traffic token alone, for where the other must not go. */
  async getTraffic(signal?: AbortSignal | undefined): Promise<TokenValues> {
    return { runtime: undefined, traffic: await this.#traffic.get(signal) };
  }

  /** The runtime token alone. */
  async getRuntime(signal?: AbortSignal | undefined): Promise<string | undefined> {
    return await this.#runtime.get(signal);
  }

  /** Gives up a refused token that a function can renew; true when the request is to be repeated with the new one. */
  async renew(
    error: SandboxError,
    used: TokenValues,
    repeats: Repeats,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const which = error.code === "unauthenticated" ? "runtime" : error.code === "forbidden" ? "traffic" : undefined;
    if (which === undefined) return false;
    const token = which === "runtime" ? this.#runtime : this.#traffic;
    if (!token.canRenew || !repeats.isFirstRenewal(which)) return false;
    token.discard(used[which]);
    if (!repeats.canResend) {
      await token.get(signal);
      throw new AuthenticationError(error.message, {
        code: which === "runtime" ? "unauthenticated" : "forbidden",
        status: error.status,
        sandboxId: error.sandboxId,
        retryable: true,
        hint: "The token was renewed. A stream cannot be sent twice: make it anew and call again",
      });
    }
    return repeats.isAllowed;
  }
}
