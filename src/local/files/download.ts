import type { BigIntStats } from "node:fs";
import { constants } from "node:fs";
import { type FileHandle, open, stat, statfs } from "node:fs/promises";
import { entryName } from "../filesystem/entry_info.ts";
import { failedCall, isMissing } from "../errno.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { chooseCoding, type Coding, requireIdentity } from "./accept_encoding.ts";
import { inlineDisposition } from "./content_disposition.ts";
import { contentType, SNIFF_LENGTH } from "./content_type.ts";
import { closingStream, readHead, readPart } from "./file_stream.ts";
import { HttpError, PlainError } from "./http_error.ts";
import { checkPreconditions, rangeApplies } from "./preconditions.ts";
import { type FileAnswer, rangeAnswer } from "./range_answer.ts";
import { parseRanges } from "./ranges.ts";
import { absolutePath, findAccount, readQuery } from "./request_target.ts";

const CONDITIONAL = ["range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];

/** Answers `GET /files`: one file, or the parts of it that are asked for. */
export async function download(request: Request, state: RuntimeState): Promise<Response> {
  const { path: given = "", username } = readQuery(new URL(request.url), state);
  const account = findAccount(username, state);
  const path = absolutePath(given, account, state, `error expanding and resolving path '${given}'`);
  await requireFile(path);
  const coding = state.newer ? negotiate(request.headers) : "identity";

  // Without waiting: a pipe that took the file's place must not block.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error) => {
    throw new HttpError(500, `error opening file '${path}': ${failedCall("open", path, error)}`);
  });
  let streaming = false;
  try {
    const { status, headers, parts, message = null } = await answer(request.headers, state, path, file, coding);
    streaming = parts !== undefined;
    if (!parts) return new Response(message, { status, headers });
    const body = closingStream(file, parts);
    return new Response(coding === "gzip" ? body.pipeThrough(new CompressionStream("gzip")) : body, {
      status,
      headers,
    });
  } finally {
    if (!streaming) await file.close();
  }
}

async function requireFile(path: string): Promise<void> {
  const info = await stat(path, { bigint: true }).catch((error) => {
    if (isMissing(error)) throw new HttpError(404, `path '${path}' does not exist`);
    throw new HttpError(500, `error checking if path exists '${path}': ${failedCall("stat", path, error)}`);
  });
  if (info.isDirectory()) throw new HttpError(400, `path '${path}' is a directory`);
  if (!info.isFile()) {
    // The daemon would wait for a writer, or read without end.
    throw new HttpError(500, `error opening file '${path}': not a regular file`);
  }
  if (info.size === 0n && await isProc(path)) throw new PlainError(500, "seeker can't seek");
}

/** Whether a path lies in the process file system, whose files tell no size. */
async function isProc(path: string): Promise<boolean> {
  const PROC_SUPER_MAGIC = 0x9fa0;
  const { type } = await statfs(path);
  return type === PROC_SUPER_MAGIC;
}

function negotiate(headers: Headers): Coding {
  const accepted = headers.get("accept-encoding");
  if (!CONDITIONAL.some((name) => headers.has(name))) return chooseCoding(accepted);
  requireIdentity(accepted);
  return "identity";
}

async function answer(
  request: Headers,
  state: RuntimeState,
  path: string,
  file: FileHandle,
  coding: Coding,
): Promise<FileAnswer> {
  const info = await file.stat({ bigint: true });
  const size = Number(info.size);
  const name = entryName(path);
  const type = () => contentType(name, () => readHead(file, SNIFF_LENGTH));
  const headers = new Headers();
  if (state.newer) {
    headers.set("content-disposition", inlineDisposition(name));
    headers.set("vary", "Accept-Encoding");
  }
  if (coding === "gzip") {
    headers.set("content-encoding", "gzip");
    headers.set("content-type", await type());
    return { status: 200, headers, parts: readPart(file, 0, size) };
  }
  // The old version gives the time of the request for the file's. Conditions on
  // that would be answered wrongly, so it evaluates none here.
  const modified = state.newer ? modifiedTime(info) : undefined;
  headers.set("last-modified", (modified ?? new Date()).toUTCString());
  if (modified) {
    const outcome = checkPreconditions(request, modified);
    if (outcome === "failed") return { status: 412, headers };
    if (outcome === "not modified") return { status: 304, headers };
  }
  headers.set("content-type", await type());
  headers.set("accept-ranges", "bytes");
  const range = rangeApplies(request, modified) ? request.get("range") : null;
  return rangeAnswer(file, size, range === null ? [] : parseRanges(range, size), headers);
}

function modifiedTime(info: BigIntStats): Date {
  return new Date(Number(info.mtimeMs));
}
