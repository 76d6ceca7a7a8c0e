/**
 * What an engine says of a request that failed: the names, codes and messages of the error and of everything below it,
 * without the address. Deno's messages hold the URL and Node's the host, and both may say anything:
 * `certificate.example`.
 */
export function engineWords(error: unknown, hostname: string): string {
  const host = hostname.replace(/\W/g, "\\$&");
  return chainOf(error).replace(/https?:\/\/\S+/g, "").replace(new RegExp(`(?<![\\w-])${host}(?![\\w-])`, "gi"), "");
}

/** All that an error and what is below it are called, and say. */
export function chainOf(error: unknown, depth: number = 0): string {
  if (typeof error !== "object" || error === null || depth > 5) return String(error);
  const { name, code, message, cause, errors } = error as Record<string, unknown>;
  const below = [cause, ...(Array.isArray(errors) ? errors : [])].filter((inner) => inner !== undefined);
  return [name, code, message].filter((part) => typeof part === "string")
    .concat(below.map((inner) => chainOf(inner, depth + 1)))
    .join(" ");
}
