/** What a platform cannot do, whatever a client does, and the cases that need it. */

import type { PlatformName } from "./platforms/platform.ts";

/** A capability that some platforms lack. */
export interface Limit {
  readonly capability: string;
  /** Why they lack it, and what a user sees of that. */
  readonly reason: string;
  readonly missing: readonly PlatformName[];
  /** The names of the cases that need it. */
  readonly cases: readonly string[];
}

/** All of them. */
export const LIMITS: readonly Limit[] = [
  {
    capability: "`fetch` tells why a connection failed",
    reason: "Every failure is one and the same error. It becomes `network`, also where nothing listens or TLS fails, " +
      "and `health()` rejects with it instead of answering `false`",
    missing: ["workerd", "chromium"],
    cases: ["refused: it is known for what it is", "TLS where there is none: it is known for what it is"],
  },
  {
    capability: "the length of an answer can be seen",
    reason: "Across origins a browser hides whether an answer is compressed, so its `Content-Length` says nothing: " +
      "`onProgress` has no `totalBytes`",
    missing: ["chromium"],
    cases: ["progress: the total is told"],
  },
  {
    capability: "more than six connections to a host",
    reason: "A browser opens six over HTTP/1.1, and a command that runs holds one: the sixth that goes on leaves " +
      "none for anything else, `kill` included. Short commands wait for each other and are fine",
    missing: ["chromium"],
    cases: ["many at once: twenty that go on"],
  },
];

/** What a platform lacks for a case. */
export function limitOf(platform: PlatformName, name: string): Limit | undefined {
  return LIMITS.find(({ missing, cases }) => missing.includes(platform) && cases.includes(name));
}
