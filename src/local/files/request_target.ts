import { tokenMatches } from "../access_token.ts";
import type { Account } from "../accounts.ts";
import { PathError, resolvePath } from "../paths.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { HttpError, PlainError } from "./http_error.ts";

/** What the query of a `/files` request says. */
export interface FilesQuery {
  /** The path as sent, `undefined` where there is none. */
  readonly path: string | undefined;
  /** The account to act for. Basic authentication does not replace it. */
  readonly username: string | undefined;
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
  return { path, username };
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
export function authorize(headers: Headers, state: RuntimeState): void {
  if (!state.token) return; // an empty one keeps nobody out
  const given = headers.get("x-access-token");
  if (!given) throw new HttpError(401, "missing signature query parameter");
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
