import type { Fields } from "./fields.ts";

const EXTRA = "as-user-extra";

/** The headers that ask the server to take the request as another user's. One line for each group and value. */
export function impersonationHeaders(user: Fields): (readonly [name: string, value: string])[] {
  const name = user.text("as");
  const uid = user.text("as-uid");
  const groups = user.texts("as-groups");
  const extra = user.map(EXTRA);
  if (name === undefined) {
    const alone = uid !== undefined
      ? "as-uid"
      : groups.length > 0
      ? "as-groups"
      : extra?.keys().length
      ? EXTRA
      : undefined;
    if (alone === undefined) return [];
    throw user.error(alone, "is given without as", "Name the user to impersonate in as");
  }
  return [
    ["Impersonate-User", headerValue(user, "as", name)],
    ...(uid === undefined ? [] : [["Impersonate-Uid", headerValue(user, "as-uid", uid)] as const]),
    ...groups.map((group) => ["Impersonate-Group", headerValue(user, "as-groups", group)] as const),
    ...(extra?.keys() ?? []).flatMap((key) =>
      extra!.texts(key).map((value) =>
        [`Impersonate-Extra-${encodeKey(key)}`, headerValue(extra!, key, value)] as const
      )
    ),
  ];
}

/** Headers carry bytes: UTF-8, as the server reads it. */
function headerValue(fields: Fields, key: string, value: string): string {
  // deno-lint-ignore no-control-regex
  if (/[\0-\x1f\x7f]/.test(value)) throw fields.error(key, "holds characters that no header can carry");
  return String.fromCharCode(...new TextEncoder().encode(value));
}

/** Percent-encodes each byte that a header's name cannot have, and the sign itself. */
function encodeKey(key: string): string {
  return Array.from(new TextEncoder().encode(key), (byte) => {
    const char = String.fromCharCode(byte);
    return /[\w!#$&'*+.^`|~-]/.test(char) ? char : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}
