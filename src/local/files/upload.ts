import type { Bytes } from "../../streams/bytes.ts";
import { entryName } from "../filesystem/entry_info.ts";
import type { Metadata } from "../filesystem/metadata.ts";
import { textResponse } from "../responses.ts";
import type { RuntimeState } from "../runtime_state.ts";
import { HttpError } from "./http_error.ts";
import { parseMediaType } from "./media_type.ts";
import { readMetadata } from "./metadata_headers.ts";
import { fileParts } from "./multipart.ts";
import { requestBody } from "./request_body.ts";
import { absolutePath, findAccount, readQuery } from "./request_target.ts";
import { writeFile } from "./write_file.ts";

interface UploadedFile {
  /** Where it goes, as the request says it. */
  readonly path: string;
  readonly content: AsyncIterable<Bytes>;
}

/** Answers `POST /files`: each file is written before the next is read. */
export async function upload(request: Request, state: RuntimeState): Promise<Response> {
  const { path, username } = readQuery(new URL(request.url), state);
  const account = findAccount(username, state);
  const metadata = state.newer ? readMetadata(request.headers) : {};
  const length = Number(request.headers.get("content-length") ?? 0);
  const written: string[] = [];
  for await (const file of uploadedFiles(request, path, state)) {
    const target = absolutePath(file.path, account, state, "error resolving path");
    refuseRepetition(target, written);
    await writeFile({ path: target, account, metadata, length }, file.content, state);
    written.push(target);
  }
  return success(written, metadata);
}

/** The files of a form, or (newer version) the one that a body is. */
async function* uploadedFiles(
  request: Request,
  path: string | undefined,
  state: RuntimeState,
): AsyncGenerator<UploadedFile> {
  const header = request.headers.get("content-type") ?? "";
  const { type, parameters } = parseMediaType(header);
  if (state.newer && type === "application/octet-stream") {
    if (path === undefined) throw new HttpError(400, "path query parameter is required for raw body upload");
    yield { path, content: await requestBody(request, true) };
    return;
  }
  if (type !== "multipart/form-data") {
    throw state.newer
      ? new HttpError(
        400,
        `unsupported content type: ${header}, expected multipart/form-data or application/octet-stream`,
      )
      : new HttpError(500, "error parsing multipart form: request Content-Type isn't multipart/form-data");
  }
  const boundary = parameters.get("boundary");
  if (!boundary) throw new HttpError(500, "error parsing multipart form: no multipart boundary param in Content-Type");
  for await (const { filename, content } of fileParts(boundary, await requestBody(request, state.newer))) {
    const given = path ?? filename;
    if (given === undefined) {
      throw new HttpError(
        400,
        "error getting multipart custom part file name: filename not found in Content-Disposition header",
      );
    }
    yield { path: given, content };
  }
}

function refuseRepetition(path: string, written: readonly string[]): void {
  if (!written.includes(path)) return;
  const others = written.filter((other) => other !== path);
  throw new HttpError(
    400,
    `you cannot upload multiple files to the same path '${path}' in one upload request, ` +
      "only the first specified file was uploaded" +
      (others.length > 1 ? `, also the following files were uploaded: ${others.join(", ")}` : ""),
  );
}

/** JSON that calls itself text, as the daemon does. */
function success(paths: readonly string[], metadata: Metadata): Response {
  const shown = Object.keys(metadata).length > 0 ? { metadata } : {};
  return textResponse(
    200,
    JSON.stringify(paths.map((path) => ({ ...shown, name: entryName(path), path, type: "file" }))),
  );
}
