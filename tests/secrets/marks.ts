/** Secrets that can be found again, whatever becomes of them. */

import type { RuntimeClientOptions } from "../../mod.ts";

/** It stands in every secret so often that a part of one shows it too. No message says it by chance. */
const MARK = "M4RK";

/** A secret of its own for each thing that is one. */
export function mark(what: string): string {
  return `${MARK}.${what}.${MARK}.${MARK}`;
}

/** The account's password in a Basic header. */
const PASSWORD = mark("password");

/** Everything secret that a client can be given. */
export const SECRETS: RuntimeClientOptions & { readonly runtimeToken: string; readonly trafficToken: string } = {
  runtimeToken: mark("runtime"),
  trafficToken: mark("traffic"),
  apiKey: mark("key"),
  authHeader: `Basic ${btoa(`node:${PASSWORD}`)}`,
  headers: { "x-own": mark("own"), "x-signature": mark("signature"), cookie: `a=${mark("cookie")}; b=1` },
};

/** In clear, as a host name has it, and within base64. */
const FORMS = [MARK, MARK.toLowerCase(), ...[0, 1, 2].map((before) => inBase64(`${MARK}.${MARK}`, before))];

/** What of a text is a secret, with what stands around it; undefined: nothing. */
export function findMark(text: string): string | undefined {
  for (const form of FORMS) {
    const at = text.indexOf(form);
    if (at >= 0) return `…${text.slice(Math.max(0, at - 200), at + 60)}…`;
  }
  return undefined;
}

/** A text within base64, by the place where it begins in a group of three bytes. */
function inBase64(text: string, before: number): string {
  const encoded = btoa("\0".repeat(before) + text);
  return encoded.slice([0, 2, 3][before], encoded.length - [0, 3, 2][(before + text.length) % 3]!);
}
