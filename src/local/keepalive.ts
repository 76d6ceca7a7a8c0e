const DEFAULT_SECONDS = 90;

/** After how long a silence a stream shows that it lives. Zero and less would stop the daemon; here they mean 90 s. */
export function keepaliveMs(headers: Headers): number {
  const header = headers.get("keepalive-ping-interval") ?? "";
  const seconds = /^\+?[0-9]+$/.test(header) ? Number(header) : 0;
  return 1000 * (seconds > 0 ? Math.min(seconds, 2_000_000) : DEFAULT_SECONDS);
}
