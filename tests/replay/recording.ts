import old from "../wire/envd-0.2.10.json" with { type: "json" };
import newer from "../wire/envd-0.6.13.json" with { type: "json" };

/** A version of the daemon that was recorded. */
export type Version = "0.2.10" | "0.6.13";

/** A body, as tests/wire/README.md describes it. */
export interface RecordedBody {
  readonly json?: unknown;
  readonly base64?: string;
  readonly proto?: unknown;
  readonly frames?: readonly RecordedFrame[];
  readonly length?: number;
  readonly repeat?: string;
}

/** A frame of a stream. */
export interface RecordedFrame {
  readonly flags?: number;
  readonly json?: unknown;
  readonly base64?: string;
  readonly proto?: unknown;
  readonly text?: string;
  readonly elided?: {
    readonly stream: string;
    readonly repeat: string;
    readonly length: number;
    readonly sizes: readonly number[];
  };
}

/** A request and its answer. */
export interface RecordedStep {
  readonly role?: string;
  readonly background?: boolean;
  readonly abort?: number;
  readonly wait?: {
    readonly step?: number;
    readonly stream?: string;
    readonly includes?: string;
    readonly end?: boolean;
  };
  readonly capture?: Readonly<Record<string, string>>;
  readonly send?: {
    readonly method: string;
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | RecordedBody | null;
  };
  readonly receive?: {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string | RecordedBody | null;
    readonly aborted?: boolean;
  };
}

/** A row of exchanges. */
export interface RecordedCase {
  readonly name: string;
  readonly about: string;
  readonly token: string | null;
  readonly steps: readonly RecordedStep[];
}

/** A request with its answer, which every step has that is not an abort. */
export type Exchange = RecordedStep & Required<Pick<RecordedStep, "send" | "receive">>;

/** What was recorded, by version. */
export const RECORDED: Readonly<Record<Version, readonly RecordedCase[]>> = {
  "0.2.10": old.cases as unknown as readonly RecordedCase[],
  "0.6.13": newer.cases as unknown as readonly RecordedCase[],
};

/** The case's name without the codec, which makes no difference to a client. */
export function baseName(name: string): string {
  return name.replace(/-(json|proto)$/, "");
}

/** The message in a body or a frame, in protobuf's JSON mapping; empty where there is none. */
export function messageOf(body: string | RecordedBody | RecordedFrame | null | undefined): Record<string, unknown> {
  if (typeof body === "string") return JSON.parse(body);
  return (body?.json ?? body?.proto ?? {}) as Record<string, unknown>;
}

/** The bytes of a body that is not a message. */
export function contentOf(body: string | RecordedBody | null | undefined): Uint8Array<ArrayBuffer> {
  if (body === null || body === undefined) return new Uint8Array(0);
  if (typeof body === "string") return new TextEncoder().encode(body);
  if (body.base64 !== undefined) return Uint8Array.fromBase64(body.base64);
  if (body.repeat !== undefined) return repeated(body.repeat, body.length!);
  return new TextEncoder().encode(JSON.stringify(body.json));
}

/** A text repeated up to a length. */
export function repeated(text: string, length: number): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text.repeat(Math.ceil(length / text.length)).slice(0, length));
}

/** A request header, whatever its letter case. */
export function header({ send }: Exchange, name: string): string | undefined {
  return Object.entries(send.headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}
