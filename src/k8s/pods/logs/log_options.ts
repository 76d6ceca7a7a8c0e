import { checkBoolean, checkCount } from "../../../errors/checks.ts";
import type { KubeCallOptions } from "../../types.ts";

/** Which part of a log. */
export interface LogOptions extends KubeCallOptions {
  /**
   * Whether the stream goes on with what is printed from now on, until the container ends.
   *
   * @default {false}
   */
  follow?: boolean | undefined;
  /**
   * Only what is not older than so many seconds, 1 or more.
   *
   * @default {everything that the node still has}
   */
  sinceSeconds?: number | undefined;
  /**
   * Only so many lines at the end; 0: nothing but what is yet to come.
   *
   * @default {everything that the node still has}
   */
  tailLines?: number | undefined;
  /**
   * Whether the log of the container before its last restart is meant.
   *
   * @default {false}
   */
  previous?: boolean | undefined;
  /**
   * Whether each line begins with its time, in RFC 3339, and a space.
   *
   * @default {false}
   */
  timestamps?: boolean | undefined;
}

/** The query for a log. Throws a `TypeError` or a `RangeError`. */
export function logQuery(options: LogOptions): Record<string, number | true | undefined> {
  const { follow, sinceSeconds, tailLines, previous, timestamps } = options;
  for (const [name, value] of Object.entries({ follow, previous, timestamps })) {
    if (value !== undefined) checkBoolean(name, value);
  }
  return {
    follow: follow || undefined,
    previous: previous || undefined,
    timestamps: timestamps || undefined,
    sinceSeconds: sinceSeconds === undefined ? undefined : checkSeconds(sinceSeconds),
    tailLines: tailLines === undefined ? undefined : checkWhole("tailLines", tailLines),
  };
}

function checkSeconds(value: number): number {
  if (checkWhole("sinceSeconds", value) > 0) return value;
  throw new RangeError("Cannot use 0 as sinceSeconds: pass an integer, 1 or more");
}

function checkWhole(name: string, value: number): number {
  if (checkCount(name, value) <= Number.MAX_SAFE_INTEGER) return value;
  throw new RangeError(`Cannot use ${value} as ${name}: leave it out for everything`);
}
