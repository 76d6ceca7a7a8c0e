/** A header value such as `form-data; name="file"`, taken apart. */
export interface MediaType {
  /** In lower case. */
  readonly type: string;
  /** By name in lower case; extended ones (`name*`) decoded, under the plain name. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;]*)/gs;

/** Takes a `Content-Type` or `Content-Disposition` apart. */
export function parseMediaType(header: string): MediaType {
  const type = header.split(";", 1)[0]!.trim().toLowerCase();
  const parameters = new Map<string, string>();
  const extended = new Map<string, string>();
  for (const [, name, value] of header.matchAll(PARAMETER)) {
    const key = name!.toLowerCase();
    if (key.endsWith("*")) {
      const decoded = decodeExtended(value!);
      if (decoded !== undefined) extended.set(key.slice(0, -1), decoded);
    } else parameters.set(key, unquote(value!));
  }
  for (const [key, value] of extended) parameters.set(key, value);
  return { type, parameters };
}

/** Only what needed an escape counts as one: others are Windows paths. */
function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  return value.slice(1, -1).replace(/\\([()<>@,;:\\"/[\]?=])/g, "$1");
}

/** `UTF-8'en'gr%C3%BCn` (RFC 2231). */
function decodeExtended(value: string): string | undefined {
  const encoded = /^(?:utf-8|us-ascii)'[^']*'(.*)$/is.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
