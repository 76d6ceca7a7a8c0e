import type { Account } from "../connection/accounts.ts";
import type { UserOptions } from "../connection/call_options.ts";
import type { Connection } from "../connection/connection.ts";
import { failure } from "../connection/error_map/failure.ts";
import type { EntryMessage } from "../connection/rpc.ts";
import type { RpcCall } from "../connection/transport.ts";
import { isSandboxError } from "../errors/is_sandbox_error.ts";
import { checkDepth, checkPath } from "./arguments.ts";
import { type EntryInfo, entryInfo } from "./entry_info.ts";
import type { ListOptions } from "./file_options.ts";

/** The entries of a directory. */
export async function list(connection: Connection, path: string, options: ListOptions): Promise<EntryInfo[]> {
  const request = { path: checkPath(path), depth: checkDepth(options.depth) };
  const what = `list directory ${JSON.stringify(path)}`;
  const { entries } = await asFileAccount(
    connection,
    what,
    options,
    (call) => connection.rpc.filesystem.listDir(request, call, options.signal),
  );
  return entries.map((entry) => entryInfo(entry, connection.context(what)));
}

/** Whether something is there; below a file there is nothing. */
export async function exists(connection: Connection, path: string, options: UserOptions): Promise<boolean> {
  try {
    await getInfo(connection, path, options);
    return true;
  } catch (error) {
    if (isSandboxError(error, "file_not_found") || isSandboxError(error, "not_a_directory")) return false;
    throw error;
  }
}

/** What is there; `what` names the call that asks. */
export async function getInfo(
  connection: Connection,
  path: string,
  options: UserOptions,
  what: string = `get info of ${JSON.stringify(path)}`,
): Promise<EntryInfo> {
  checkPath(path);
  const { entry } = await asFileAccount(
    connection,
    what,
    options,
    (call) => connection.rpc.filesystem.stat({ path }, call, options.signal),
  );
  return present(connection, what, entry);
}

/** Makes a directory; false where one is. */
export async function makeDir(connection: Connection, path: string, options: UserOptions): Promise<boolean> {
  checkPath(path);
  try {
    await asFileAccount(
      connection,
      `make directory ${JSON.stringify(path)}`,
      options,
      (call) => connection.rpc.filesystem.makeDir({ path }, call, options.signal),
    );
    return true;
  } catch (error) {
    // A broken symbolic link is in the way too ("file exists"), but with another status, and then there is no directory.
    if (isSandboxError(error, "already_exists") && error.status === 409) return false;
    throw error;
  }
}

/** Gives an entry another path. */
export async function rename(
  connection: Connection,
  from: string,
  to: string,
  options: UserOptions,
): Promise<EntryInfo> {
  const request = { source: checkPath(from, "from"), destination: checkPath(to, "to") };
  const what = `rename ${JSON.stringify(from)} to ${JSON.stringify(to)}`;
  const { entry } = await asFileAccount(
    connection,
    what,
    options,
    (call) => connection.rpc.filesystem.move(request, call, options.signal),
  );
  return present(connection, what, entry);
}

/** Removes an entry and what is below it. */
export async function remove(connection: Connection, path: string, options: UserOptions): Promise<void> {
  checkPath(path);
  await asFileAccount(
    connection,
    `remove ${JSON.stringify(path)}`,
    options,
    (call) => connection.rpc.filesystem.remove({ path }, call, options.signal),
  );
}

/** Learns which account there is, before a body that is sent only once: whoever has a home need not have made it. */
export async function probeAccount(
  connection: Connection,
  account: Account,
  what: string,
  options: UserOptions,
): Promise<void> {
  const call = connection.call(what, "file", options, account.authorization);
  try {
    await connection.rpc.filesystem.stat({ path: "~" }, call, options.signal);
  } catch (error) {
    if (!isSandboxError(error, "file_not_found")) throw error;
  }
}

/** One unary call as the account for files. */
async function asFileAccount<T>(
  connection: Connection,
  what: string,
  options: UserOptions,
  send: (call: RpcCall) => Promise<T>,
): Promise<T> {
  return await connection.accounts.forFiles(
    options.user,
    ({ authorization }) => send(connection.call(what, "file", options, authorization)),
  );
}

function present(connection: Connection, what: string, entry: EntryMessage | undefined): EntryInfo {
  const context = connection.context(what);
  if (entry !== undefined) return entryInfo(entry, context);
  throw failure(context, "the answer has no entry", { code: "protocol" }).error;
}
