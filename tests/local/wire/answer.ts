import { fromBinary, toJson } from "@bufbuild/protobuf";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { RawResponse } from "./exchange.ts";
import { type Body, type Frame, type Json, messageOf, type Received } from "./recording.ts";

const COMPRESSED = 0b01;
const END_OF_STREAM = 0b10;

/** A response in the format of the recordings, read as the recorded one is. */
export function toReceived(raw: RawResponse, path: string, recorded: Received): Received {
  const bytes = raw.headers["content-encoding"] === "gzip" ? gunzipSync(raw.body) : Buffer.from(raw.body);
  return {
    status: raw.status,
    headers: raw.headers,
    body: readBody(bytes, raw.headers["content-type"] ?? "", path, recorded.body ?? null),
  };
}

/** The frames of a stream that are there whole. */
export function readFrames(bytes: Buffer, contentType: string, path: string): Frame[] {
  const frames: Frame[] = [];
  for (let position = 0; position + 5 <= bytes.byteLength;) {
    const flags = bytes.readUInt8(position);
    const start = position + 5;
    position = start + bytes.readUInt32BE(position + 1);
    if (position > bytes.byteLength) break;
    const payload = bytes.subarray(start, position);
    frames.push(readFrame(flags, flags & COMPRESSED ? gunzipSync(payload) : payload, contentType, path));
  }
  return frames;
}

function readFrame(flags: number, payload: Buffer, contentType: string, path: string): Frame {
  if (flags & END_OF_STREAM || !contentType.includes("proto")) return { flags, json: JSON.parse(payload.toString()) };
  return { flags, proto: readProto(payload, path) };
}

function readBody(bytes: Buffer, contentType: string, path: string, recorded: Body): Body {
  if (contentType.startsWith("application/connect+")) return { frames: readFrames(bytes, contentType, path) };
  if (bytes.byteLength === 0 && (recorded === null || typeof recorded === "string")) return recorded && "";
  if (recorded === null || typeof recorded === "string") return bytes.toString();
  if (recorded.sha256 !== undefined) {
    return { length: bytes.byteLength, sha256: createHash("sha256").update(bytes).digest("hex") };
  }
  if (contentType === "application/proto") return { proto: readProto(bytes, path) };
  if (recorded.json !== undefined) {
    try {
      return { json: JSON.parse(bytes.toString()) };
    } catch {
      return bytes.toString();
    }
  }
  return { base64: bytes.toString("base64") };
}

function readProto(bytes: Uint8Array, path: string): Json {
  const schema = messageOf(path, "output");
  return toJson(schema, fromBinary(schema, bytes));
}
