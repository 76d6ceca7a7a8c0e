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
    reason: "every failure is `network`, also of TLS, and `health()` rejects where nothing listens",
    missing: ["workerd", "miniflare", "chromium"],
    cases: ["refused: it is known for what it is", "TLS where there is none: it is known for what it is"],
  },
  {
    capability: "the length of an answer can be seen",
    reason: "across origins it may be that of a compressed one: `onProgress` has no `totalBytes`",
    missing: ["chromium"],
    cases: ["progress: the total is told"],
  },
  {
    capability: "`fetch` tells where a redirect leads",
    reason: 'browsers hide it: `ports.fetch` follows none, and says so; `redirect: "manual"` gives an opaque answer',
    missing: ["chromium"],
    cases: [
      "ports: redirect: followed on the port",
      "ports: redirect: to no other server, and not for ever",
      "ports: redirect: manual and error are as in fetch",
    ],
  },
  {
    capability: "request bodies that are streams leave as they are made",
    reason: "browsers take HTTP/2 for that, which neither daemon nor gateway speaks to them in clear text",
    missing: ["chromium"],
    cases: ["ports: fetch: a body that is a stream leaves as it is made"],
  },
  {
    capability: "more than six connections to a host",
    reason: "HTTP/1.1 has six: six commands that go on leave none, not even for `kill`; short ones take turns",
    missing: ["chromium"],
    cases: ["many at once: twenty that go on"],
  },
];

/** What a platform lacks for a case. */
export function limitOf(platform: PlatformName, name: string): Limit | undefined {
  return LIMITS.find(({ missing, cases }) => missing.includes(platform) && cases.includes(name));
}
