import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { checkUser, type ResolvedOptions } from "../options.ts";

/** Who a call is made as: the name for file content, the header for everything. */
export interface Account {
  readonly username: string;
  /** The value of `Authorization`. It selects an account; it proves nothing. */
  readonly authorization: string;
}

/** What was learned about the accounts of a sandbox; views of a client share it. */
interface Learned {
  /** The account for files where the caller names none; undefined until an answer has told. */
  filesAs: string | undefined;
}

/** As in the Go client; images prepared by OpenKruise's `envd-run.sh` do not have it. */
const PREFERRED_FOR_FILES = "node";
export const ALWAYS_THERE = "root";

/** Chooses the account of each call. */
export class Accounts {
  readonly #options: ResolvedOptions;
  readonly #learned: Learned;
  #last: Account | undefined;

  /** Makes the accounts of a client, or of a view that shares what its parent learned. */
  constructor(options: ResolvedOptions, shared?: Accounts) {
    this.#options = options;
    this.#learned = shared === undefined ? { filesAs: undefined } : shared.#learned;
  }

  /** The account a command runs as: what `authHeader` selects, where that is given. */
  forCommand(user: string | undefined): Account {
    return this.#account(basicUser(this.#options.authHeader) ?? this.#named(user) ?? ALWAYS_THERE);
  }

  /**
   * Makes a call about files with one account for metadata and content. Where the caller names none, it is `node`, or
   * `root` in a sandbox without `node`: learned from the first answer, which is asked for again.
   *
   * @param user The account that the caller named.
   * @param call The call. It is repeated only where it was refused for the account.
   * @param probe A cheap call to learn from first, for a `call` that cannot be repeated.
   */
  async forFiles<T>(
    user: string | undefined,
    call: (account: Account) => Promise<T>,
    probe?: ((account: Account) => Promise<unknown>) | undefined,
  ): Promise<T> {
    const named = this.#named(user) ?? this.#learned.filesAs;
    if (named !== undefined) return await call(this.#account(named));
    if (probe !== undefined) {
      // An account may lack the home that is asked for.
      await this.forFiles(user, probe).catch((error) => {
        if (!isSandboxError(error, "file_not_found")) throw error;
      });
      return await this.forFiles(user, call);
    }
    try {
      const result = await call(this.#account(PREFERRED_FOR_FILES));
      this.#learned.filesAs ??= PREFERRED_FOR_FILES;
      return result;
    } catch (error) {
      if (!isSandboxError(error, "unknown_user")) {
        // The daemon looks for a file once it has found the account.
        if (isSandboxError(error, "file_not_found")) this.#learned.filesAs ??= PREFERRED_FOR_FILES;
        throw error;
      }
      this.#learned.filesAs = ALWAYS_THERE;
      return await call(this.#account(ALWAYS_THERE));
    }
  }

  #named(user: string | undefined): string | undefined {
    return checkUser(user) ?? this.#options.user ?? basicUser(this.#options.authHeader);
  }

  #account(username: string): Account {
    if (this.#last?.username === username) return this.#last;
    return this.#last = { username, authorization: this.#options.authHeader ?? basic(username) };
  }
}

function basic(username: string): string {
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:`)))}`;
}

/** The account in a Basic header, where it is one. */
function basicUser(header: string | undefined): string | undefined {
  const encoded = /^basic\s+(\S+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
    return new TextDecoder().decode(bytes).split(":", 1)[0] || undefined;
  } catch {
    return undefined;
  }
}
