import type { RuntimeState } from "./runtime_state.ts";

/**
 * A bug of the daemon that a local runtime can have, by its name in `docs/protocol.md`. Chance decides on a real daemon;
 * here a bug strikes whenever its condition holds.
 *
 * - `B1` (0.2.10): **the daemon dies** when a `Start` or `Connect` stream is cut, or its `Connect-Timeout-Ms` expires,
 *   while output is being sent on it. That is: output waits to be sent, or its connection takes no more of it, or some
 *   was sent in the last 50 to 100 ms. All connections are closed, nothing listens any more, and the bare `fetch` fails as
 *   where a connection is refused. The pipes of its processes break; those that do not mind run on until `close()`.
 * - `B2` (0.2.10): when a subscriber leaves while the daemon waits for it to take output, **the process is lost to all**:
 *   its other subscribers get pings, but no output and no end, a new `Connect` is never answered, the process stops when
 *   its pipes are full, and it stays in `List` even when it is dead. It takes the queues of subscribers away, as `B6`
 *   does. Beside `B1` a cut that would do both kills the daemon.
 * - `B4` (0.2.10): a `Start` that is cut before its first frame leaves **a process that nobody reaps**: it runs, its
 *   output is dropped, and it stays in `List` for ever, without an end for those who connect to it.
 * - `B6` (both versions): **no queues for subscribers**: one that stops reading stops the others and the process as soon
 *   as its connection is full. Without this bug 64 events wait for each of them.
 */
export type LocalRuntimeBug = "B1" | "B2" | "B4" | "B6";

/** In which versions a bug is. */
const VERSIONS: Readonly<Record<LocalRuntimeBug, readonly RuntimeState["version"][]>> = {
  B1: ["0.2.10"],
  B2: ["0.2.10"],
  B4: ["0.2.10"],
  B6: ["0.2.10", "0.6.13"],
};

/**
 * Refuses what is no bug, or not one of this version.
 *
 * @throws {TypeError} naming it
 */
export function checkBugs(bugs: unknown, version: RuntimeState["version"]): void {
  if (!Array.isArray(bugs)) throw new TypeError("Cannot use bugs: it must be an array");
  for (const bug of bugs) {
    if (typeof bug !== "string" || !Object.hasOwn(VERSIONS, bug)) {
      throw new TypeError(`Cannot have the bug ${String(bug)}: take of ${Object.keys(VERSIONS).join(", ")}`);
    }
    if (!VERSIONS[bug as LocalRuntimeBug].includes(version)) {
      throw new TypeError(`Cannot have the bug ${bug}: envd ${version} does not have it`);
    }
  }
}

/** What `fetch` says of a connection that is lost, or that nothing takes. */
export function connectionError(code: "ECONNRESET" | "ECONNREFUSED"): TypeError {
  return new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
}
