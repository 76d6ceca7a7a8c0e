import type { UserOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { checkNumber } from "../errors/checks.ts";
import { UnsupportedError } from "../errors/unsupported_error.ts";
import { checkPath } from "./arguments.ts";
import { contentPath } from "./content_path.ts";
import { probeAccount } from "./metadata.ts";

/** How long a signed URL is good, and as whom. */
export interface SignedUrlOptions extends UserOptions {
  /** For how long from now, in whole seconds, 1 or more. Absent: for as long as the sandbox keeps its token. */
  expiresInSeconds?: number | undefined;
}

/** What a URL allows. */
type Operation = "read" | "write";

/** Makes a URL by which anyone can read or write one file. */
export async function signedUrl(
  connection: Connection,
  operation: Operation,
  path: string,
  options: SignedUrlOptions,
): Promise<string> {
  checkPath(path);
  const expires = expirationOf(options.expiresInSeconds);
  const { signal, user } = options;
  signal?.throwIfAborted();
  const what = `sign a URL to ${operation} file ${JSON.stringify(path)}`;
  const username = await connection.accounts.forFiles(
    user,
    ({ username }) => Promise.resolve(username),
    (account) => probeAccount(connection, account, what, options),
  );
  const token = await connection.fetcher.tokens.getRuntime(signal);
  signal?.throwIfAborted();
  const { runtimePort } = connection.options;
  const url = connection.ports.endpoint(runtimePort, "/files").bareUrl + contentPath(path, username);
  // A sandbox without a token lets everyone in.
  if (token === undefined) return url;
  const expiration = expires === undefined ? [] : [String(expires)];
  const signature = await sign([path, operation, username, token, ...expiration].join(":"), what);
  const until = expires === undefined ? "" : `&signature_expiration=${expires}`;
  return `${url}&signature=${encodeURIComponent(signature)}${until}`;
}

/** The second until which a URL is good. */
function expirationOf(seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined;
  checkNumber("expiresInSeconds", seconds);
  const end = Math.floor(Date.now() / 1000) + seconds;
  if (Number.isSafeInteger(end) && seconds > 0) return end;
  throw new RangeError(`Cannot use ${seconds} as expiresInSeconds: pass an integer, 1 or more`);
}

async function sign(text: string, what: string): Promise<string> {
  // Browsers have it only where the page came by HTTPS, or from this machine.
  if (crypto.subtle === undefined) {
    throw new UnsupportedError(`Cannot ${what}: this page has no WebCrypto`, {
      code: "unsupported",
      hint: "Serve the page by HTTPS",
    });
  }
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `v1_${btoa(String.fromCharCode(...new Uint8Array(digest))).replace(/=+$/, "")}`;
}
