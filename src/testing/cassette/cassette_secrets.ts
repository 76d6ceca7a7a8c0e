import type { RecordedResponse } from "./cassette.ts";
import { type ByteString, fromData, utf8 } from "./cassette_data.ts";
import { replaced } from "./cassette_names.ts";

/** Where something is masked, and with what. */
interface Range {
  readonly start: number;
  readonly end: number;
  readonly fill: string;
}

/** What values are secrets for: parameters, members of JSON and variables that are called so. */
const NAME = String
  .raw`[\w.-]*(?:token|secret|passw(?:or)?d|api[-_]?key|(?:access|private)[-_]?key|credential|signature)[\w.-]*`;
const NAMED = new RegExp(`^${NAME}$`, "i");
const PARAMETER = new RegExp(String.raw`([?&]${NAME}=)([^&\s"'<>#\\]+)`, "gi");
const MEMBER = new RegExp(String.raw`("${NAME}"\s*:\s*")((?:[^"\\]|\\.)+)`, "gi");
/** An entry of a map in protobuf: a name behind its length, a value behind its own. */
// deno-lint-ignore no-control-regex
const ENTRY = /\n([\x01-\x7f])([\w.-]{1,127})\x12([\x00-\x7f]|[\x80-\xff][\x01-\x7f])/g;

/** The type of a form, and of a URL's query. */
export const FORM = "application/x-www-form-urlencoded";
/** A value of a form whose name is such a one. */
const FIELD = new RegExp(String.raw`((?:^|&)${NAME}=)([^&]+)`, "gi");
/** Where base64 goes on in another line, as tools cut it after 64 or 76 characters. */
const LINE_BREAK = /\r?\n(?<=[A-Za-z0-9+/_-]{60}\r?\n)(?=[A-Za-z0-9+/_-])/g;

/** What is shorter is masked where it stands, and not searched for elsewhere: it would be found in any text. */
const SEARCHED = 6;
/** As much for values that nothing but their place makes suspicious. */
const SUSPICIOUS = 8;

/** Headers that tell what a request asks for, and are kept. */
const KEPT = /^(accept|content-(type|encoding|range)|range|if-.*|connect-protocol-version|keepalive-ping-interval)$/;
/** Headers that say nothing worth keeping: engines set them, or they name the place that was asked. */
const DROPPED =
  /^(accept-(encoding|language|charset)|connection|content-length|date|host|keep-alive|origin|referer|sec-.*|traceparent|tracestate|transfer-encoding|user-agent|e2b-sandbox-(id|port))$/;
/** Headers of an answer that are secrets. */
const SECRET_ANSWER = new RegExp(`^(set-cookie|.*authenticate|${NAME})$`, "i");

/** Knows secrets by their places and names, and masks them wherever they occur. */
export class Secrets {
  readonly #patterns: readonly RegExp[];
  /** Every form of every secret, and what it is overwritten with. */
  readonly #known = new Map<ByteString, string>();

  /** Starts with those that the caller knows. */
  constructor(given: readonly (string | RegExp)[] = []) {
    this.#patterns = given.filter((secret) => secret instanceof RegExp)
      .map(({ source, flags }) => new RegExp(source, `${flags.replace(/[gy]/g, "")}g`));
    for (const secret of given) if (typeof secret === "string") this.#add(secret);
  }

  /** What is kept of a request's headers; from the others secrets are learned. */
  requestHeaders(headers: Headers): Record<string, string> {
    const kept: [string, string][] = [];
    headers.forEach((value, name) => {
      if (!DROPPED.test(name) && !KEPT.test(name)) this.#learnHeader(name, value);
    });
    headers.forEach((value, name) => {
      if (!DROPPED.test(name)) kept.push([name, KEPT.test(name) ? this.line(value) : "***"]);
    });
    return Object.fromEntries(kept);
  }

  /** Learns the secrets in an answer's headers. */
  learnAnswer(headers: Headers): void {
    headers.forEach((value, name) => {
      if (name === "set-cookie") this.#learn(value.slice(value.indexOf("=") + 1).split(";", 1)[0]!);
      else if (SECRET_ANSWER.test(name)) this.#learn(value);
    });
  }

  /** What is kept of an answer's headers. */
  answerHeaders(headers: Headers): [string, string][] {
    const kept: [string, string][] = [];
    headers.forEach((value, name) => {
      if (SECRET_ANSWER.test(name)) kept.push([name, "***"]);
      else if (!/^(date|connection|keep-alive|transfer-encoding)$/.test(name)) kept.push([name, this.line(value)]);
    });
    return kept;
  }

  /** Learns what stands for a secret in a recorded answer: a program may send it on in another form. */
  learnMasked({ headers, body = [] }: RecordedResponse): void {
    for (const value of Object.values(headers)) if (/^\*{3,}$/.test(value)) this.#add(value);
    this.learn(body.map(({ data }) => fromData(data)).join(""), headers["content-type"] ?? "");
  }

  /** Learns the values in a body that are called secrets. */
  learn(body: ByteString, contentType: string): void {
    for (const [start, end] of named(body, contentType)) {
      const value = body.slice(start, end);
      this.#learn(value);
      if (contentType.startsWith(FORM)) this.#learn(new URLSearchParams(`a=${value}`).get("a")!);
    }
  }

  /** A body without its secrets, of the same length; `star` is what they are overwritten with. */
  body(body: ByteString, contentType: string = "", star: string = "*"): ByteString {
    const ranges = [...this.ranges(body), ...stars(named(body, contentType))];
    return overwrite(body, ranges.map((range) => range.fill === "*" ? { ...range, fill: star } : range));
  }

  /** A text of one line without its secrets, whose length must not matter. */
  line(text: string): string {
    let masked = text.replace(PARAMETER, "$1***");
    for (const known of this.#byLength()) masked = masked.replaceAll(known, "***");
    for (const pattern of this.#patterns) masked = masked.replace(pattern, "***");
    return masked;
  }

  /** Where a body shows secrets that are known, or that look like some. */
  ranges(body: ByteString): Range[] {
    const ranges = stars(values(body, PARAMETER));
    for (const [known, fill] of this.#known) {
      for (let at = body.indexOf(known); at >= 0; at = body.indexOf(known, at + 1)) {
        ranges.push({ start: at, end: at + known.length, fill });
      }
    }
    ranges.push(...this.#wrapped(body));
    for (const pattern of this.#patterns) {
      for (const { index, 0: match } of body.matchAll(pattern)) {
        ranges.push({ start: index, end: index + match.length, fill: "*" });
      }
    }
    return ranges;
  }

  /** Where base64 that is cut into lines shows secrets; the ends of the lines are left alone. */
  #wrapped(body: ByteString): Range[] {
    const breaks = [...body.matchAll(LINE_BREAK)].map(({ index, 0: { length } }) => ({ index, length }));
    if (breaks.length === 0) return [];
    const flat = replaced(
      body,
      breaks.map(({ index, length }) => ({ start: index, value: body.slice(index, index + length) })),
      () => "",
    );
    const ranges: Range[] = [];
    for (const [known, fill] of this.#known) {
      if (fill !== "A") continue;
      for (let at = flat.indexOf(known); at >= 0; at = flat.indexOf(known, at + 1)) {
        let [start, left] = [at, known.length];
        for (const { index, length } of breaks) {
          if (index <= start) {
            start += length;
            continue;
          }
          if (index >= start + left) break;
          ranges.push({ start, end: index, fill });
          left -= index - start;
          start = index + length;
        }
        ranges.push({ start, end: start + left, fill });
      }
    }
    return ranges;
  }

  #learnHeader(name: string, value: string): void {
    const { user, password } = basic(name, value);
    if (user !== undefined && password === "") {
      if (isAccount(user)) return; // It selects an account, and proves nothing.
      this.#learn(user);
    }
    if (password !== undefined) this.#learn(password);
    if (/^(authorization|proxy-authorization)$/.test(name)) return this.#learn(value.replace(/^\S+\s+/, ""));
    if (name === "cookie") {
      for (const cookie of value.split(/;\s*/)) this.#learn(cookie.slice(cookie.indexOf("=") + 1));
    }
    if (NAMED.test(name)) this.#learn(value);
    else if (value.length >= SUSPICIOUS && !/^[a-z]*$/i.test(value)) this.#learn(value);
  }

  #learn(value: string): void {
    if (value.length >= SEARCHED && !/^[\d.]*$/.test(value)) this.#add(value);
  }

  /** Adds a secret in the forms in which it travels. */
  #add(secret: string): void {
    const bytes = utf8(secret);
    const quoted = JSON.stringify(secret).slice(1, -1);
    for (const form of [secret, bytes, encodeURIComponent(secret), utf8(quoted)]) this.#known.set(form, "*");
    for (const form of base64Forms(bytes)) {
      for (const one of [form, form.replaceAll("+", "-").replaceAll("/", "_")]) {
        if (!this.#known.has(one)) this.#known.set(one, "A");
      }
    }
  }

  #byLength(): ByteString[] {
    return [...this.#known.keys()].sort((a, b) => b.length - a.length);
  }
}

/** Whether a user without a password is an account of a sandbox, and no key: these have capitals, or are longer. */
export function isAccount(user: string): boolean {
  return /^[a-z_][a-z_.-]{0,15}\d{0,4}$/.test(user);
}

/** The account and the password in a Basic header. */
export function basic(name: string, value: string): { readonly user?: string; readonly password?: string } {
  const encoded = name === "authorization" ? /^basic\s+(\S+)$/i.exec(value)?.[1] : undefined;
  if (encoded === undefined) return {};
  try {
    const decoded = atob(encoded);
    const colon = decoded.indexOf(":");
    return colon < 0 ? {} : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  } catch {
    return {};
  }
}

/** Overwrites parts of a body. */
export function overwrite(body: ByteString, ranges: readonly Range[]): ByteString {
  if (ranges.length === 0) return body;
  let masked = "";
  let at = 0;
  for (const { start, end, fill } of [...ranges].sort((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    masked += body.slice(at, Math.max(at, start)) + fill.repeat(end - Math.max(at, start));
    at = end;
  }
  return masked + body.slice(at);
}

function stars(ranges: readonly (readonly [number, number])[]): Range[] {
  return ranges.map(([start, end]) => ({ start, end, fill: "*" }));
}

/** What the second group of a pattern that ends with it finds: values that are called secrets. */
function values(body: ByteString, pattern: RegExp): [number, number][] {
  return [...body.matchAll(pattern)].map(({ index, 0: { length }, 2: value }) => [
    index + length - value!.length,
    index + length,
  ]);
}

/** The values in JSON, in forms and in maps of protobuf that are called secrets. */
function named(body: ByteString, contentType: string): [number, number][] {
  const called = /json/.test(contentType) ? MEMBER : contentType.startsWith(FORM) ? FIELD : undefined;
  if (called !== undefined) return values(body, called);
  if (!/proto/.test(contentType)) return [];
  const found: [number, number][] = [];
  for (const { index, 0: match, 1: nameLength, 2: name, 3: length } of body.matchAll(ENTRY)) {
    if (nameLength!.charCodeAt(0) !== name!.length || !NAMED.test(name!)) continue;
    const start = index + match.length;
    const end = start + varint(length!);
    if (end <= body.length) found.push([start, end]);
  }
  return found;
}

function varint(bytes: ByteString): number {
  return bytes.length === 1 ? bytes.charCodeAt(0) : (bytes.charCodeAt(0) & 0x7f) | (bytes.charCodeAt(1) << 7);
}

/** What a secret looks like within base64, at each of the three places where it can begin in it. */
function base64Forms(secret: ByteString): ByteString[] {
  return [0, 1, 2].map((before) => {
    const encoded = btoa("\0".repeat(before) + secret);
    const undecided = [0, 3, 2][(before + secret.length) % 3]!;
    return encoded.slice([0, 2, 3][before], encoded.length - undecided);
  }).filter((form) => form.length >= SUSPICIOUS);
}
