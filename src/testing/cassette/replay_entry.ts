import type { BodyDigest, Exchange, RecordedBody, RecordedRequest } from "./cassette.ts";
import { canonicalBody, withShortMasks } from "./cassette_canonical.ts";
import { type ByteString, fromData } from "./cassette_data.ts";
import type { Names } from "./cassette_names.ts";

/** What two requests are compared by: where they go, as whom, and what they ask for. */
export interface Likeness {
  /** All but the body. */
  readonly head: string;
  /** The body; undefined where it was not sent to its end. */
  readonly body: string | undefined;
  /** The names in it that differ from run to run, in order. */
  readonly names: readonly string[];
}

/** A recorded exchange, ready to be found. */
export interface Entry {
  readonly index: number;
  readonly exchange: Exchange;
  readonly likeness: Likeness;
}

/** Headers that decide what a request asks for. */
const ASKS = /^(content-(type|encoding|range)|range|if-.*)$/;

/** Makes an exchange ready to be found. */
export function entryOf(exchange: Exchange, index: number, names: Names): Entry {
  const { request } = exchange;
  return { index, exchange, likeness: likenessOf(request, recordedBody(request.body), names) };
}

/** What a request is compared by. A body is masked, or a digest; undefined: it was not sent to its end. */
export function likenessOf(
  request: Omit<RecordedRequest, "body">,
  body: ByteString | BodyDigest | undefined,
  names: Names,
): Likeness {
  const contentType = request.headers["content-type"] ?? "";
  const all = names.forType(contentType);
  const inBody = typeof body === "string" ? all.in(body) : [];
  return {
    head: headOf(request, all),
    body: typeof body === "string"
      ? canonicalBody(all.canonical(body), contentType)
      : body && `${body.bytes} bytes, ${body.digest}`,
    names: [...all.in(request.path), ...all.in(contentType), ...inBody].map(({ value }) => value),
  };
}

function headOf({ method, path, port, account, headers }: Omit<RecordedRequest, "body">, names: Names): string {
  const asks = Object.entries(headers).filter(([name]) => ASKS.test(name))
    .map(([name, value]) => `${name}: ${withShortMasks(names.canonical(value))}`).sort();
  return [
    `${method} ${withShortMasks(names.canonical(path))}`,
    ...(port === undefined ? [] : [`port ${port}`]),
    ...(account === undefined ? [] : [`account ${account}`]),
    ...asks,
  ].join(", ");
}

function recordedBody(body: RecordedBody | undefined): ByteString | BodyDigest | undefined {
  if (body === undefined) return "";
  if (typeof body === "object" && "cut" in body) return undefined;
  return typeof body === "object" && "digest" in body ? body : fromData(body);
}
