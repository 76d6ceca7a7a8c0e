/** What the command line asks for. */

import { parseArgs } from "node:util";
import { type Row, rows, type Runtime, RUNTIMES, type Side, SIDES } from "./rows.ts";

export interface Options {
  readonly runtimes: readonly Runtime[];
  readonly rows: readonly Row[];
  readonly sides: readonly Side[];
  readonly rounds: number;
  readonly write: boolean;
  /** Compare the processor's time, where the work says no figure of its own. */
  readonly cpu: boolean;
  /** A row that is done once, to see where the time goes. */
  readonly profile: Row | undefined;
}

const string = (value: string) => ({ type: "string", default: value }) as const;

/** The members of a comma-separated option, each of which must be known. */
function choice<T extends string>(option: string, known: readonly T[]): T[] {
  return option.split(",").map((name) => {
    const match = known.find((candidate) => candidate === name);
    if (match === undefined) throw new TypeError(`Unknown choice "${name}": take of ${known.join(", ")}`);
    return match;
  });
}

/** Reads the command line. */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      runtime: string(RUNTIMES.join()),
      rows: string(rows.map((row) => row.name).join()),
      rounds: string("5"),
      side: string(SIDES.join()),
      cpu: { type: "boolean", default: false },
      memory: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      profile: { type: "string" },
    },
  });
  const names = choice(values.profile ?? values.rows, rows.map((row) => row.name));
  const sides = choice<Side>(values.side, SIDES);
  const chosen = rows.filter(({ name }) => names.includes(name));
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`Cannot measure "${values.rounds}" rounds`);
  if (values.write && (chosen.length < rows.length || sides.length < SIDES.length || values.memory || values.cpu)) {
    throw new TypeError("--write takes all rows and sides: leave out --rows, --side, --memory and --cpu");
  }
  return {
    runtimes: choice<Runtime>(values.runtime, RUNTIMES),
    rows: values.memory ? chosen.map((row) => row.server === "local" ? { ...row, server: "0.2.10" } : row) : chosen,
    sides,
    rounds,
    write: values.write,
    cpu: values.cpu,
    profile: values.profile === undefined ? undefined : chosen[0],
  };
}
