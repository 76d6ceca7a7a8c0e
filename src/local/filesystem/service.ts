import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { stat } from "node:fs/promises";
import { type EntryInfo, EntryInfoSchema, Filesystem, FileType } from "../../../gen/filesystem/filesystem_pb.ts";
import type { Account } from "../accounts.ts";
import { PathError, resolvePath } from "../paths.ts";
import { requestAccount } from "../request_user.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { entryInfo, entryName } from "./entry_info.ts";
import { failedCall, isMissing } from "../errno.ts";
import { listDir } from "./list_dir.ts";
import { makeDirs } from "./make_dirs.ts";
import { move } from "./move.ts";
import { remove } from "./remove.ts";
import { watchCalls } from "./watch.ts";

/**
 * Adds the Filesystem service to a router. All access is the runtime's own;
 * the account of a request decides relative paths and who owns what is made.
 */
export function registerFilesystem(
  router: ConnectRouter,
  state: RuntimeState,
): void {
  router.service(Filesystem, {
    async stat({ path }, { requestHeader }) {
      const [resolved] = target(path, requestHeader, state);
      return { entry: await describe(resolved, state) };
    },

    async makeDir({ path }, { requestHeader }) {
      const [resolved, account] = target(path, requestHeader, state);
      await refuseExisting(resolved);
      await makeDirs(resolved, account, state.newer).catch((error) => {
        throw new ConnectError(error.message, Code.Internal);
      });
      return { entry: await madeEntry(resolved, state) };
    },

    async move({ source, destination }, { requestHeader }) {
      const [from] = target(source, requestHeader, state);
      const [to, account] = target(destination, requestHeader, state);
      await move(from, to, account, state.newer);
      return { entry: await describe(to, state) };
    },

    async listDir({ path, depth }, { requestHeader }) {
      const [resolved] = target(path, requestHeader, state);
      return { entries: await listDir(resolved, depth || 1, state) };
    },

    async remove({ path }, { requestHeader }) {
      const [resolved] = target(path, requestHeader, state);
      await remove(resolved);
      return {};
    },

    ...watchCalls(state, (path, headers) => target(path, headers, state)[0]),
  });
}

/** The absolute path that a request means, and the account it acts for. */
function target(
  path: string,
  headers: Headers,
  state: RuntimeState,
): [path: string, account: Account] {
  const account = requestAccount(headers, state);
  try {
    return [resolvePath(path, account, state), account];
  } catch (error) {
    if (!(error instanceof PathError)) throw error;
    throw new ConnectError(error.message, Code.InvalidArgument);
  }
}

async function describe(path: string, state: RuntimeState): Promise<EntryInfo> {
  try {
    return await entryInfo(path, state);
  } catch (error) {
    const words = failedCall("lstat", path, error);
    throw isMissing(error)
      ? new ConnectError(`file not found: ${words}`, Code.NotFound)
      : new ConnectError(`error getting file info: ${words}`, Code.Internal);
  }
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch((error) => {
    if (isMissing(error)) return undefined;
    const words = failedCall("stat", path, error);
    throw new ConnectError(`error getting file info: ${words}`, Code.Internal);
  });
  if (!found) return;
  throw found.isDirectory()
    ? new ConnectError(`directory already exists: ${path}`, Code.AlreadyExists)
    : new ConnectError(
      `path already exists but it is not a directory: ${path}`,
      Code.InvalidArgument,
    );
}

/** 0.2.10 tells only what it knows without looking. */
async function madeEntry(
  path: string,
  state: RuntimeState,
): Promise<EntryInfo> {
  if (state.newer) return await describe(path, state);
  const name = entryName(path);
  return create(EntryInfoSchema, { name, type: FileType.DIRECTORY, path });
}
