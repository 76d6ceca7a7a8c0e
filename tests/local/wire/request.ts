import { fromJson, toBinary } from "@bufbuild/protobuf";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { Buffer } from "node:buffer";
import type { RawRequest } from "./exchange.ts";
import { type Body, type Frame, type Json, messageOf, type Sent } from "./recording.ts";

/** Puts values of this run, and its paths, into recorded texts and numbers. */
export interface Placement {
  text(recorded: string): string;
  value(name: string): Json;
}

/** A recorded request as bytes to send. */
export function toRequest(sent: Sent, placement: Placement): RawRequest {
  const headers = Object.fromEntries(
    Object.entries(sent.headers ?? {}).map(([name, value]) => [name, placement.text(value)]),
  );
  return {
    method: sent.method,
    path: placement.text(sent.path),
    headers,
    body: encodeBody(sent.body ?? null, sent.path, placement),
  };
}

function encodeBody(body: Body, path: string, placement: Placement): Uint8Array | undefined {
  if (body === null) return undefined;
  if (typeof body === "string") return Buffer.from(placement.text(body));
  if (!body.frames) return encodeMessage(body, path, placement);
  return Buffer.concat(
    body.frames.map((frame) =>
      encodeEnvelope(frame.flags ?? 0, Uint8Array.from(encodeMessage(frame, path, placement)))
    ),
  );
}

function encodeMessage(message: Frame, path: string, placement: Placement): Uint8Array {
  if (message.proto !== undefined) {
    const schema = messageOf(path, "input");
    return toBinary(schema, fromJson(schema, place(message.proto, placement)));
  }
  if (message.base64 !== undefined) return Buffer.from(message.base64, "base64");
  if (message.text !== undefined) return Buffer.from(placement.text(message.text));
  return Buffer.from(JSON.stringify(place(message.json, placement)));
}

function place(value: Json, placement: Placement): Json {
  if (typeof value === "string") {
    const whole = /^\$\{(\w+)\}$/.exec(value)?.[1];
    return whole === undefined ? placement.text(value) : placement.value(whole);
  }
  if (Array.isArray(value)) return value.map((item) => place(item, placement));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, place(item, placement)]));
}
