/** The exchanges of `tests/wire/kubernetes.json`, as far as these tests look at them. */

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly user: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  readonly text?: string;
}

export interface RecordedEvent {
  readonly at: number;
  readonly type: string;
  readonly object: unknown;
}

export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly text?: string;
  readonly base64?: string;
  readonly events?: readonly RecordedEvent[];
  readonly seconds?: number;
  readonly gzipMembers?: readonly string[];
  readonly frames?: readonly unknown[];
}

export interface Exchange {
  readonly name: string;
  readonly about: string;
  readonly request: RecordedRequest;
  readonly response: RecordedResponse;
}

const file = new URL("../../wire/kubernetes.json", import.meta.url);

/** All of them, in the order recorded. */
export const EXCHANGES: readonly Exchange[] = JSON.parse(await Deno.readTextFile(file)).exchanges;

/** A frame of a WebSocket. */
export interface RecordedFrame {
  readonly from: "client" | "server";
  readonly channel?: number;
  readonly data?: string;
  readonly base64?: string;
  /** Of a long one: how many bytes, and the first of them. */
  readonly length?: number;
  readonly start?: string;
  readonly close?: { readonly code: number; readonly reason: string };
  readonly ping?: string;
  readonly pong?: string;
  readonly eof?: true;
}
