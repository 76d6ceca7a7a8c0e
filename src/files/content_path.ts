/** Path and query for the content of a file. 0.2.10 demands the account, and Basic authorization does not replace it. */
export function contentPath(path: string, username: string): string {
  return `/files?path=${encodeURIComponent(path)}&username=${encodeURIComponent(username)}`;
}
