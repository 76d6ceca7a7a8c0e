import { tokenMatches } from "../access_token.ts";
import type { Account } from "../accounts.ts";
import { PathError, resolvePath } from "../paths.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { HttpError, PlainError } from "./http_error.ts";
import { checkSignature, type Operation } from "./signature.ts";

/** What the query of a `/files` request says. */
export interface FilesQuery {
  /** The path as sent, `undefined` where there is none. */
  readonly path: string | undefined;
  /** The account to act for. Basic authentication does not replace it. */
  readonly username: string | undefined;
  /** What may stand in for the token. */
  readonly signature: string | undefined;
  /** The second until which the signature is good. */
  readonly expiration: bigint | undefined;
}

/** Reads the query; the old version insists on an account. */
export function readQuery(url: URL, state: RuntimeState): FilesQuery {
  const path = single(url, "path");
  const username = single(url, "username");
  if (!username && !state.newer) {
    throw new PlainError(
      400,
      "Query argument username is required, but not found",
    );
  }
  const signature = single(url, "signature");
  const expiration = integer("signature_expiration", single(url, "signature_expiration"));
  return { path, username, signature, expiration };
}

/** A number as the daemon reads one: of 64 bits, with or without a sign. */
function integer(name: string, text: string | undefined): bigint | undefined {
  if (text === undefined) return undefined;
  const problem = !/^[+-]?\d+$/.test(text)
    ? "invalid syntax"
    : BigInt.asIntN(64, BigInt(text.replace("+", ""))) !== BigInt(text.replace("+", ""))
    ? "value out of range"
    : undefined;
  if (problem === undefined) return BigInt(text.replace("+", ""));
  throw new PlainError(
    400,
    `Invalid format for parameter ${name}: error binding string parameter: strconv.ParseInt: parsing ${
      JSON.stringify(text)
    }: ${problem}`,
  );
}

function single(url: URL, name: string): string | undefined {
  const values = url.searchParams.getAll(name);
  if (values.length > 1) {
    throw new PlainError(
      400,
      `Invalid format for parameter ${name}: multiple values for single value parameter '${name}'`,
    );
  }
  return values[0];
}

/**
 * The token check of `GET` and `POST /files`, which the token middleware leaves
 * to their handlers because a signature in the URL may stand in for the header.
 */
export function authorize(request: Request, operation: Operation, state: RuntimeState): void {
  const query = readQuery(new URL(request.url), state);
  if (!state.token) return; // an empty one keeps nobody out
  const given = request.headers.get("x-access-token");
  if (!given) return checkSignature(query, operation, state.token);
  if (!tokenMatches(given, state.token)) {
    throw new HttpError(
      401,
      "access token present in header but does not match",
    );
  }
}

/** The account a request acts for. */
export function findAccount(
  username: string | undefined,
  state: RuntimeState,
): Account {
  const name = username ?? state.defaultUser;
  const account = state.accounts.find(name);
  if (account) return account;
  throw new HttpError(
    401,
    `error looking up user '${name}': user: unknown user ${name}`,
  );
}

/** A path made absolute; a failure reads `<what failed>: <why>`. */
export function absolutePath(
  path: string,
  account: Account,
  state: RuntimeState,
  whatFailed: string,
): string {
  try {
    return resolvePath(path, account, state);
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new HttpError(400, `${whatFailed}: ${error.message}`);
  }
}
