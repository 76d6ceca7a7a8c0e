import { HttpError } from "./http_error.ts";

/** The codings in which a file can be sent. */
export type Coding = "gzip" | "identity";

/**
 * Chooses by `Accept-Encoding` as the newer version does: the best q-value
 * wins, the first of equals; `*` alone means no coding.
 *
 * @throws {HttpError} 406, where the client accepts neither
 */
export function chooseCoding(header: string | null): Coding {
  const accepted = parseAccepted(header);
  const refused = identityRefused(accepted);
  const ranked = accepted
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { coding } of ranked) {
    if (coding === "gzip" || coding === "identity") return coding;
    if (coding === "*") return refused ? "gzip" : "identity";
  }
  if (!refused) return "identity";
  throw new HttpError(
    406,
    "error parsing Accept-Encoding: no acceptable encoding found, supported: [gzip]",
  );
}

/**
 * Refuses a client that insists on a coding for a part of a file: ranges and
 * conditions are about the bytes as they are.
 */
export function requireIdentity(header: string | null): void {
  if (!identityRefused(parseAccepted(header))) return;
  throw new HttpError(
    406,
    "identity encoding not acceptable for Range or conditional request",
  );
}

interface Accepted {
  readonly coding: string;
  readonly quality: number;
}

function parseAccepted(header: string | null): Accepted[] {
  return (header ?? "").split(",").flatMap((item) => {
    const [coding = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    if (coding === "") return [];
    const q = parameters.find((parameter) => parameter.startsWith("q="));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    return [{ coding, quality: Number.isNaN(quality) ? 0 : quality }];
  });
}

function identityRefused(accepted: readonly Accepted[]): boolean {
  const about = accepted.find(({ coding }) => coding === "identity") ??
    accepted.find(({ coding }) => coding === "*");
  return about?.quality === 0;
}
