import { stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { checkBugs } from "./bugs.ts";
import type { LocalRuntimeOptions } from "./runtime.ts";

const VERSIONS: readonly unknown[] = ["0.2.10", "0.6.13"];
const MAX_PORT = 65535;

/**
 * Refuses options that would only fail later, or silently mean something else.
 *
 * @throws {TypeError | RangeError} naming the option, never its value where that may be a secret
 */
export function checkOptions({ port, token, envs, home, accounts, version, bugs }: LocalRuntimeOptions): void {
  if (version !== undefined && !VERSIONS.includes(version)) {
    throw new TypeError(`Cannot be envd ${String(version)}: version must be one of ${VERSIONS.join(", ")}`);
  }
  if (bugs !== undefined) checkBugs(bugs, version ?? "0.2.10");
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= MAX_PORT)) {
    throw new RangeError(`Cannot listen on port ${String(port)}: port must be an integer from 0 to ${MAX_PORT}`);
  }
  if (token !== undefined) checkString(token, "token");
  if (home !== undefined) checkString(home, "home");
  for (const [name, value] of Object.entries(envs ?? {})) checkString(value, `envs[${JSON.stringify(name)}]`);
  for (const [name, account] of Object.entries(accounts ?? {})) {
    const of = `accounts[${JSON.stringify(name)}]`;
    checkString(account.home, `${of}.home`);
    if (!isAbsolute(account.home)) throw new TypeError(`Cannot use ${of}.home: it must be an absolute path`);
    checkId(account.uid, `${of}.uid`);
    checkId(account.gid, `${of}.gid`);
  }
}

/** The home directory as an absolute path. */
export async function existingDirectory(home: string): Promise<string> {
  const path = resolve(home);
  const info = await stat(path).catch((cause) => {
    throw new TypeError(`Cannot use home ${JSON.stringify(path)}: it must exist`, { cause });
  });
  if (!info.isDirectory()) throw new TypeError(`Cannot use home ${JSON.stringify(path)}: it must be a directory`);
  return path;
}

function checkString(value: unknown, option: string): void {
  if (typeof value !== "string") throw new TypeError(`Cannot use ${option}: it must be a string, not ${typeof value}`);
}

function checkId(value: unknown, option: string): void {
  if (value === undefined || (Number.isInteger(value) && Number(value) >= 0)) return;
  throw new RangeError(`Cannot use ${option}: it must be an integer from 0 on`);
}
