import { Code, ConnectError } from "@connectrpc/connect";
import { Buffer } from "node:buffer";
import type { Account } from "./accounts.ts";
import type { RuntimeState } from "./runtime_state.ts";

/**
 * The name in `Authorization: Basic`, or `undefined` where there is none.
 * It selects an identity and proves nothing: the password is not looked at.
 */
export function basicUser(headers: Headers): string | undefined {
  const encoded = /^basic (.*)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (encoded === undefined || !/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) {
    return undefined;
  }
  const decoded = Buffer.from(encoded, "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 0 ? undefined : decoded.slice(0, colon);
}

/**
 * The account that a handler acts for.
 *
 * @throws {ConnectError} `unauthenticated`, where the request names no account
 * and the version has no default one, or where the account does not exist
 */
export function requestAccount(
  headers: Headers,
  state: RuntimeState,
): Account {
  const name = basicUser(headers);
  if (name !== undefined) {
    const account = state.accounts.find(name);
    if (account) return account;
    throw new ConnectError(
      `invalid username: '${name}'`,
      Code.Unauthenticated,
    );
  }
  if (!state.newer) {
    throw new ConnectError("no user specified", Code.Unauthenticated);
  }
  const account = state.accounts.find(state.defaultUser);
  if (account) return account;
  throw new ConnectError(
    `invalid default user: '${state.defaultUser}'`,
    Code.Unauthenticated,
  );
}
