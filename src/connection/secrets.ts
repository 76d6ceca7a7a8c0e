/** Headers that a request has anyway, and that hold no secret. */
const PLAIN = /^(accept(-.*)?|connect-.*|content-.*|e2b-sandbox-(id|port)|keepalive-.*|range|user-agent)$/;
/** Headers that are secrets, whatever they hold. */
const SECRET = /^(authorization|cookie|e2b-traffic-access-token|x-access-token|x-api-key)$/;
/** A value of the user's own headers may be one; what is shorter, or a plain word, is not, and may occur anywhere. */
const SUSPICIOUS = /^(?=.*[^a-z]).{8,}$/i;

/** Words without the secrets of a request, in the form in which `Headers` sends them. */
export function masked(words: string, sent: Readonly<Record<string, string>> | Headers): string {
  return secretsIn(new Headers(sent)).reduce((words, secret) => words.replaceAll(secret, "***"), words);
}

/** The secrets that a request is sent with, the longest first, in the forms in which a server may repeat them. */
export function secretsIn(headers: Headers): string[] {
  const secrets = new Set<string>();
  headers.forEach((value, name) => {
    if (!SECRET.test(name) && (PLAIN.test(name) || !SUSPICIOUS.test(value))) return;
    const parts = name === "authorization" ? credentials(value) : name === "cookie" ? cookies(value) : [];
    for (const secret of [value, ...parts]) if (secret !== "") secrets.add(secret);
  });
  return [...secrets].sort((a, b) => b.length - a.length);
}

/** What stands behind the scheme, and the password in it. */
function credentials(value: string): string[] {
  const [, scheme = "", encoded = ""] = /^(\S+)\s+(.*)$/.exec(value) ?? [];
  if (scheme.toLowerCase() !== "basic") return [encoded];
  try {
    const decoded = atob(encoded);
    return [encoded, encoded.replace(/=+$/, ""), decoded.slice(decoded.indexOf(":") + 1)];
  } catch {
    return [encoded];
  }
}

function cookies(value: string): string[] {
  return value.split(";").map((cookie) => cookie.slice(cookie.indexOf("=") + 1).trim())
    .filter((cookie) => SUSPICIOUS.test(cookie));
}
