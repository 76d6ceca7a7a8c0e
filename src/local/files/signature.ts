import { createHash } from "node:crypto";
import { tokenMatches } from "../access_token.ts";
import { HttpError } from "./http_error.ts";
import type { FilesQuery } from "./request_target.ts";

/** What a signature allows. */
export type Operation = "read" | "write";

/** Refuses a request whose signature is not that of its path, account and operation, or is out of date. */
export function checkSignature(query: FilesQuery, operation: Operation, token: string): void {
  const { path = "", username = "", signature, expiration } = query;
  if (signature === undefined) throw new HttpError(401, "missing signature query parameter");
  const until = expiration === undefined ? [] : [String(expiration)];
  const expected = sign([path, operation, username, token, ...until].join(":"));
  if (!tokenMatches(signature, expected)) throw new HttpError(401, "invalid signature");
  if (expiration !== undefined && expiration < nowInSeconds()) {
    throw new HttpError(401, "signature is already expired");
  }
}

function sign(text: string): string {
  return `v1_${createHash("sha256").update(text).digest("base64").replace(/=+$/, "")}`;
}

function nowInSeconds(): bigint {
  return BigInt(Math.floor(Date.now() / 1000));
}
