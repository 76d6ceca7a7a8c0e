import { open, rename, rm, stat } from "node:fs/promises";
import type { Bytes } from "../../streams/bytes.ts";
import { entryName } from "../filesystem/entry_info.ts";
import { failedCall, isMissing } from "../errno.ts";
import { jsonResponse } from "../responses.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { readPart } from "./file_stream.ts";
import { HttpError } from "./http_error.ts";
import { absolutePath, findAccount } from "./request_target.ts";
import { writeFile } from "./write_file.ts";

interface ComposeRequest {
  readonly sources: readonly string[];
  readonly destination: string;
  readonly username: string | undefined;
}

/**
 * Answers `POST /files/compose` (newer version): joins files into one, which
 * replaces the destination at once, and removes them.
 */
export async function compose(request: Request, state: RuntimeState): Promise<Response> {
  const { sources, destination, username } = parseRequest(await request.text());
  const account = findAccount(username, state);
  const resolve = (path: string) => absolutePath(path, account, state, "error resolving path");
  const target = resolve(destination);
  const paths = sources.map(resolve);
  for (const path of paths) {
    if (path === target) {
      throw new HttpError(400, `source path "${path}" cannot be the same as destination`);
    }
    await requireSource(path);
  }
  const temporary = `${target}.e2b-compose.${crypto.randomUUID()}.tmp`;
  try {
    await writeFile({ path: temporary, account, metadata: {}, length: undefined }, joined(paths), state);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof HttpError) throw error;
    throw new HttpError(500, `error renaming file: ${failedCall("rename", target, error)}`);
  }
  for (const path of paths) await rm(path, { force: true });
  return jsonResponse(200, { name: entryName(target), path: target, type: "file" });
}

function parseRequest(text: string): ComposeRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new HttpError(400, `invalid request body: ${(error as Error).message}`);
  }
  const { source_paths: sources = [], destination = "", username } = Object(body);
  if (!isStrings(sources) || !isStrings([destination, username ?? ""])) {
    throw new HttpError(400, "invalid request body: json: cannot unmarshal a value of another type");
  }
  if (sources.length === 0) throw new HttpError(400, "source_paths must not be empty");
  if (destination === "") throw new HttpError(400, "destination is required");
  return { sources, destination, username: username ?? undefined };
}

function isStrings(values: unknown): values is string[] {
  return Array.isArray(values) && values.every((value) => typeof value === "string");
}

async function requireSource(path: string): Promise<void> {
  const info = await stat(path).catch((error) => {
    throw isMissing(error)
      ? new HttpError(404, `source file not found: ${path}`)
      : new HttpError(500, `error getting file info: ${failedCall("stat", path, error)}`);
  });
  if (!info.isFile()) throw new HttpError(400, `source path is not a regular file: ${path}`);
}

async function* joined(paths: readonly string[]): AsyncGenerator<Bytes> {
  for (const path of paths) {
    const file = await open(path);
    try {
      yield* readPart(file, 0, (await file.stat()).size);
    } finally {
      await file.close();
    }
  }
}
