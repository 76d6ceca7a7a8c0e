import { Problem } from "./problem.ts";

/** What `POST /tools/run` takes. */
export interface RunCall {
  /** A line for the shell, or an argv that no shell reads. */
  readonly command: string | string[];
  readonly cwd?: string;
  readonly envs?: Record<string, string>;
  readonly user?: string;
  /** All of the standard input; absent: end of file at once. */
  readonly stdin?: string;
  /** Then the command is killed. */
  readonly timeoutMs?: number;
}

const isString = (value: unknown): boolean => typeof value === "string";
const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What each field must be. */
const FIELDS: ReadonlyMap<string, readonly [what: string, holds: (value: unknown) => boolean]> = new Map([
  ["command", ["a string or an array of strings", (value) => isString(value) || isStrings(value)]],
  ["cwd", ["a string", isString]],
  ["envs", ["an object of strings", (value) => isObject(value) && Object.values(value).every(isString)]],
  ["user", ["a string", isString]],
  ["stdin", ["a string", isString]],
  ["timeoutMs", ["a number of milliseconds", (value) => typeof value === "number"]],
]);

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every(isString);
}

/** Checks the arguments of a call. A field nobody knows is refused: it may be one that was meant to limit something. */
export function runCall(body: unknown): RunCall {
  if (!isObject(body)) throw refused("The arguments are not an object");
  if (!Object.hasOwn(body, "command")) throw refused('The field "command" is missing');
  for (const [name, value] of Object.entries(body)) {
    const field = FIELDS.get(name);
    if (field === undefined) throw refused(`There is no field ${JSON.stringify(name.slice(0, 100))}`);
    const [what, holds] = field;
    if (!holds(value)) throw refused(`The field "${name}" is not ${what}`);
  }
  return body as RunCall;
}

function refused(detail: string): Problem {
  return new Problem(400, "invalid_request", detail, { hint: `The fields are ${[...FIELDS.keys()].join(", ")}` });
}
