/** What `Content-Length` says of the bytes that a reader of the body sees. */
export function declaredLength({ headers, type }: Response): number | undefined {
  // Of a compressed body it is the size before unpacking; and across origins a browser hides whether it is compressed.
  const encoding = headers.get("content-encoding") ?? (type === "cors" ? "unknown" : "identity");
  const length = headers.get("content-length");
  return encoding === "identity" && length !== null && /^\d+$/.test(length) ? Number(length) : undefined;
}

/**
 * Whether the engine ends the body where the declared length says. It does not where the body comes in chunks that say
 * their own; and an answer that was made by code, which has no URL, may hold anything.
 */
export function endsAsDeclared({ headers, url }: Response): boolean {
  return url !== "" && !headers.has("transfer-encoding");
}
