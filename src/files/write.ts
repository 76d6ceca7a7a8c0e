import type { Account } from "../connection/accounts.ts";
import type { Connection } from "../connection/connection.ts";
import { type CallContext, failure } from "../connection/error_map/failure.ts";
import type { HttpCall } from "../connection/fetcher.ts";
import { type IdleLimit, withIdleLimit } from "../connection/idle_limit.ts";
import { streamsRequests } from "../connection/request_streams.ts";
import type { Bytes } from "../streams/bytes.ts";
import { type InputData, type WholeData, wholeData } from "../streams/input_data.ts";
import { openSource, type Source } from "../streams/source.ts";
import { checkPath } from "./arguments.ts";
import { contentPath } from "./content_path.ts";
import type { WriteOptions } from "./file_options.ts";
import { probeAccount } from "./metadata.ts";
import { blobBody, type StreamedBody, streamedBody, wholeBody } from "./upload_body.ts";
import { multipart, OCTET_STREAM } from "./upload_form.ts";
import { readWriteInfo, type WriteInfo } from "./write_info.ts";

/** Up to here data leaves in one piece, which can be sent again; a larger one is seen moving. */
const SMALL_BYTES = 1024 * 1024;

/** Everything that an upload is made of but its body. */
interface Upload {
  readonly connection: Connection;
  readonly path: string;
  readonly options: WriteOptions;
  readonly context: CallContext;
}

/** Writes a file. */
export async function write(
  connection: Connection,
  path: string,
  data: InputData,
  options: WriteOptions,
): Promise<WriteInfo> {
  const context = connection.context(`write file ${JSON.stringify(checkPath(path))}`, "file");
  const limits = { signal: options.signal, timeoutMs: connection.timeoutMs(options), context };
  const upload = { connection, path, options, context };
  const whole = wholeData(data);
  if (whole !== undefined && (sizeOf(whole) <= SMALL_BYTES || !streamsRequests)) {
    return await withIdleLimit(limits, (limit) => uploadWhole(upload, whole, limit));
  }
  if (whole !== undefined) {
    return await withIdleLimit(limits, (limit) => uploadStream(upload, () => openSource(whole), sizeOf(whole), limit));
  }
  const source = openSource(data);
  try {
    return await withIdleLimit(limits, async (limit) => {
      if (streamsRequests) return await uploadStream(upload, source, undefined, limit);
      return await uploadWhole(upload, new Blob(await collected(source, limit)), limit);
    });
  } catch (error) {
    source.cancel(error);
    throw error;
  }
}

/** Writes a text. */
export async function writeText(
  connection: Connection,
  path: string,
  text: string,
  options: WriteOptions,
): Promise<WriteInfo> {
  if (typeof text !== "string") throw new TypeError(`Cannot write a ${typeof text} as text: pass a string`);
  return await write(connection, path, text, options);
}

async function uploadWhole(upload: Upload, data: WholeData, limit: IdleLimit): Promise<WriteInfo> {
  const form = multipart();
  const size = sizeOf(data);
  const body = size > SMALL_BYTES ? blobBody(form, data) : wholeBody(form, await bytesOf(data));
  const { accounts } = upload.connection;
  const info = await accounts.forFiles(upload.options.user, (account) => {
    limit.restart();
    // This engine does not tell whether its bytes move, and a limit on all of them would forbid large files.
    if (size > SMALL_BYTES) limit.rest();
    return send(upload, form.contentType, body, account, limit);
  });
  upload.options.onProgress?.({ bytes: size, totalBytes: size });
  return info;
}

/** Sends a source as it is read; one that can be opened again is sent again where nothing of it was taken. */
async function uploadStream(
  upload: Upload,
  source: Source | (() => Source),
  totalBytes: number | undefined,
  limit: IdleLimit,
): Promise<WriteInfo> {
  const { connection, options, context } = upload;
  let body: StreamedBody;
  // What is sent only once must not be sent as an account that may not exist.
  const probe = (account: Account) =>
    probeAccount(connection, account, context.what, { ...options, signal: limit.signal });
  const info = await connection.accounts.forFiles(options.user, async (account) => {
    limit.restart();
    const raw = await connection.capabilities.octetStream(limit.signal);
    limit.restart();
    const form = raw ? OCTET_STREAM : multipart();
    const open = (source: Source) => (body = streamedBody(form, source, limit, options.onProgress, totalBytes)).stream;
    const stream = typeof source === "function" ? () => open(source()) : open(source);
    return await send(upload, form.contentType, stream, account, limit);
  }, probe);
  if (body!.isSent()) return info;
  throw failure(context, "the answer came before the end of the content", { code: "protocol" }).error;
}

async function send(
  { connection, path, context }: Upload,
  contentType: string,
  body: HttpCall["body"],
  { username, authorization }: Account,
  limit: IdleLimit,
): Promise<WriteInfo> {
  return await connection.fetcher.send({
    ...context,
    operation: "files.write",
    method: "POST",
    path: contentPath(path, username),
    headers: { "content-type": contentType },
    authorization,
    body,
    repeat: "if-nothing-ran",
    signal: limit.signal,
  }, (response) => readWriteInfo(connection, response, context));
}

async function collected(source: Source, limit: IdleLimit): Promise<Bytes[]> {
  const parts: Bytes[] = [];
  for (let part = await source.next(); part !== undefined; part = await source.next()) {
    limit.restart();
    parts.push(part);
  }
  return parts;
}

async function bytesOf(data: WholeData): Promise<Bytes> {
  return data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data;
}

function sizeOf(data: WholeData): number {
  return data instanceof Blob ? data.size : data.byteLength;
}
