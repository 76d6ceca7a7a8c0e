/** Opens the platform's own WebSocket; undefined where the platform has none. */
export function openWebSocket(url: string, protocols: string | readonly string[] | undefined): WebSocket | undefined {
  if (typeof globalThis.WebSocket !== "function") return undefined;
  if (protocols === undefined) return new WebSocket(url);
  return new WebSocket(url, typeof protocols === "string" ? protocols : [...protocols]);
}
