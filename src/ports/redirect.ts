/** Statuses of answers that lead somewhere else, if they say where. */
const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** What describes a body, and goes with it. */
const OF_THE_BODY = ["content-encoding", "content-language", "content-length", "content-location", "content-type"];

/** Where an answer leads; undefined where it is no redirect. */
export function locationOf({ status, headers }: Response): string | undefined {
  return STATUSES.has(status) ? headers.get("location") ?? undefined : undefined;
}

/** The request that a redirect asks for: a POST becomes a GET where browsers make it one, and loses its body. */
export function redirected(init: RequestInit & { readonly headers: Headers }, status: number): typeof init {
  const method = (init.method ?? "GET").toUpperCase();
  const becomesGet = status === 303 ? method !== "GET" && method !== "HEAD" : status < 303 && method === "POST";
  if (!becomesGet) return init;
  const headers = new Headers(init.headers);
  for (const name of OF_THE_BODY) headers.delete(name);
  const { body: _body, ...rest } = init;
  return { ...rest, method: "GET", headers };
}
