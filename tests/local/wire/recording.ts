import type { DescMessage, DescService } from "@bufbuild/protobuf";
import { Filesystem } from "../../../gen/filesystem/filesystem_pb.ts";
import { Process } from "../../../gen/process/process_pb.ts";

/** The format of `tests/wire/*.json`; its README explains it. */
export interface Recording {
  readonly envd: string;
  readonly cases: readonly Case[];
}

/** Requests that belong together, in order. */
export interface Case {
  readonly name: string;
  readonly token: string | null;
  readonly steps: readonly Step[];
}

/** One request with its answer, or the closing of an earlier one. */
export interface Step {
  readonly send?: Sent;
  readonly receive?: Received;
  readonly role?: "setup" | "cleanup";
  readonly background?: boolean;
  readonly wait?: Wait;
  readonly abort?: number;
  readonly capture?: Readonly<Record<string, string>>;
  readonly varies?: readonly string[];
}

export interface Wait {
  readonly ms?: number;
  readonly step?: number;
  readonly stream?: string;
  readonly includes?: string;
  readonly end?: boolean;
}

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
}

export interface Received {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly aborted?: boolean;
}

export type Body = string | null | {
  readonly json?: Json;
  readonly base64?: string;
  readonly proto?: Json;
  readonly frames?: readonly Frame[];
  readonly length?: number;
  readonly sha256?: string;
};

export interface Frame {
  readonly flags?: number;
  readonly atMs?: number;
  readonly json?: Json;
  readonly base64?: string;
  readonly proto?: Json;
  readonly text?: string;
  readonly elided?: { readonly stream: string; readonly repeat: string; readonly length: number };
}

// deno-lint-ignore no-explicit-any -- recorded documents are walked by pointer
export type Json = any;

/** Reads the recording of a version. */
export function readRecording(version: string): Recording {
  const file = new URL(`../../wire/envd-${version}.json`, import.meta.url);
  return JSON.parse(Deno.readTextFileSync(file));
}

/** The request or response message of an RPC path. */
export function messageOf(path: string, direction: "input" | "output"): DescMessage {
  const [, service, method] = path.split("/");
  const services: DescService[] = [Process, Filesystem];
  const found = services.find(({ typeName }) => typeName === service)?.methods.find(({ name }) => name === method);
  if (!found) throw new Error(`no such RPC: ${path}`);
  return found[direction];
}

/** The value at a JSON pointer. */
export function at(document: Json, pointer: string): Json {
  return pointer.split("/").slice(1).reduce((value, key) => value?.[key], document);
}

/** A copy of a document with the values at a JSON pointer replaced; `*` is every element. */
export function replaceAt(document: Json, pointer: string, replacement: Json): Json {
  const [, key, ...rest] = pointer.split("/");
  if (key === undefined) return replacement;
  if (document === null || typeof document !== "object") return document;
  const below = rest.length === 0 ? "" : `/${rest.join("/")}`;
  const copy = Array.isArray(document) ? [...document] : { ...document };
  for (const own of key === "*" ? Object.keys(copy) : [key]) {
    if (own in copy) copy[own] = replaceAt(copy[own], below, replacement);
  }
  return copy;
}
