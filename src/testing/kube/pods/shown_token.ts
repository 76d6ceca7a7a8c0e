/** With this sub-protocol, a browser shows its token. */
export const BEARER = "base64url.bearer.authorization.k8s.io.";

/** The token that a WebSocket shows as a sub-protocol; empty, and so nobody's: it is not as it has to be. */
export function shownToken(headers: Headers): string | undefined {
  const names = (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
  const [shown, ...more] = names.filter((name) => name.startsWith(BEARER));
  if (shown === undefined) return undefined;
  // There is one, and something besides it that the server can answer.
  if (more.length > 0 || names.length < 2) return "";
  const base64 = shown.slice(BEARER.length);
  if (!/^[\w-]+$/.test(base64)) return "";
  try {
    return atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return "";
  }
}
