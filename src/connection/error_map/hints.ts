/** What the user can do, where several places say the same. */
export const HINTS = {
  /** A token is missing or wrong. */
  token: "Pass the sandbox's access token as runtimeToken",
  /** What answers is no daemon. */
  notADaemon: "Something else than a sandbox's daemon answers there: check domain or sandboxBaseUrl",
  /** A message is too large. */
  frameLimit: "Pass a larger maxFrameBytes, if it is a sandbox's daemon that answers there",
  /** A redirect was not followed. */
  redirect: "Nothing of a sandbox redirects: check domain or sandboxBaseUrl, its scheme above all",
  /** The image has no such account. */
  user: "Pass user: the name of an account that the sandbox's image has",
  /** Nothing answers on a port. */
  port: "Nothing may listen on that port of the sandbox yet; in a pod a server must listen on 0.0.0.0 to be reached",
  /** What was waited for did not come in time. */
  slow:
    "Pass a larger requestTimeoutMs, or 0 for no limit; a sandbox that wakes up may take a minute, and over HTTP/1.1 six running commands take all of a browser's connections",
} as const;
