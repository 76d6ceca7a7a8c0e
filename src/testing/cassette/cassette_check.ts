import type { Exchange } from "./cassette.ts";

type Members = Readonly<Record<string, unknown>>;

/** The exchanges of a cassette. Throws a `TypeError` that says where something is wrong with it. */
export function checkCassette(cassette: unknown): Exchange[] {
  const { version, exchanges } = members(cassette, "the cassette");
  if (version !== 1) wrong("version", version, "1");
  if (!Array.isArray(exchanges)) wrong("exchanges", exchanges, "an array");
  (exchanges as unknown[]).forEach((exchange, i) => checkExchange(exchange, `exchanges[${i}]`));
  return exchanges as Exchange[];
}

function checkExchange(value: unknown, at: string): void {
  const exchange = members(value, at);
  checkRequest(exchange.request, `${at}.request`);
  const outcomes = ["response", "error", "left"].filter((name) => exchange[name] !== undefined);
  if (outcomes.length !== 1) {
    throw new TypeError(`Cannot replay the cassette: ${at} must have one of response, error and left`);
  }
  if (exchange.response !== undefined) checkResponse(exchange.response, `${at}.response`);
  if (exchange.error !== undefined) checkError(checkMoment(exchange.error, `${at}.error`), `${at}.error`);
  if (exchange.left !== undefined) checkMoment(exchange.left, `${at}.left`);
}

function checkRequest(value: unknown, at: string): void {
  const { method, path, sandbox, port, account, headers, body } = members(value, at);
  checkText(method, `${at}.method`);
  checkText(path, `${at}.path`);
  if (sandbox !== undefined) checkText(sandbox, `${at}.sandbox`);
  if (port !== undefined) checkCount(port, `${at}.port`);
  if (account !== undefined) checkText(account, `${at}.account`);
  checkHeaders(headers, `${at}.headers`);
  if (body === undefined) return;
  if (isObject(body) && body.cut === true) return;
  if (isObject(body) && body.digest !== undefined) {
    checkCount(body.bytes, `${at}.body.bytes`);
    return checkText(body.digest, `${at}.body.digest`);
  }
  checkData(body, `${at}.body`);
}

function checkResponse(value: unknown, at: string): void {
  const { status, statusText, type, headers, body, end } = checkMoment(value, at);
  if (!Number.isInteger(status) || (status as number) < 0 || (status as number) > 999) {
    wrong(`${at}.status`, status, "a status");
  }
  if (statusText !== undefined) checkText(statusText, `${at}.statusText`);
  if (type !== undefined) checkText(type, `${at}.type`);
  checkHeaders(headers, `${at}.headers`);
  if (body === undefined) return;
  if (!Array.isArray(body)) return wrong(`${at}.body`, body, "an array");
  body.forEach((chunk, i) => checkData(checkMoment(chunk, `${at}.body[${i}]`).data, `${at}.body[${i}].data`));
  const { error, left } = checkMoment(end, `${at}.end`);
  if (error !== undefined) checkError(error, `${at}.end.error`);
  if (left !== undefined && left !== true) wrong(`${at}.end.left`, left, "true");
}

function checkError(value: unknown, at: string): void {
  const { name, message, code, cause, errors } = members(value, at);
  checkText(name, `${at}.name`);
  checkText(message, `${at}.message`);
  if (code !== undefined) checkText(code, `${at}.code`);
  if (cause !== undefined) checkError(cause, `${at}.cause`);
  if (errors === undefined) return;
  if (!Array.isArray(errors)) return wrong(`${at}.errors`, errors, "an array");
  errors.forEach((error, i) => checkError(error, `${at}.errors[${i}]`));
}

function checkMoment(value: unknown, at: string): Members {
  const moment = members(value, at);
  const { ms, sent } = moment;
  if (typeof ms !== "number" || !(ms >= 0)) wrong(`${at}.ms`, ms, "milliseconds");
  if (sent !== undefined) checkCount(sent, `${at}.sent`);
  return moment;
}

function checkHeaders(value: unknown, at: string): void {
  for (const [name, text] of Object.entries(members(value, at))) {
    checkText(text, `${at}[${JSON.stringify(name)}]`);
    try {
      new Headers([[name, text as string]]);
    } catch {
      wrong(`${at}[${JSON.stringify(name)}]`, text, "a header");
    }
  }
}

function checkData(value: unknown, at: string): void {
  if (Array.isArray(value)) return value.forEach((part, i) => checkPart(part, `${at}[${i}]`));
  checkPart(value, at);
}

function checkPart(value: unknown, at: string): void {
  if (typeof value === "string") return;
  const { base64 } = isObject(value) ? value : {};
  if (typeof base64 !== "string") return wrong(at, value, "a text or { base64 }");
  try {
    atob(base64);
  } catch {
    wrong(`${at}.base64`, base64, "base64");
  }
}

function checkText(value: unknown, at: string): void {
  if (typeof value !== "string") wrong(at, value, "a text");
}

function checkCount(value: unknown, at: string): void {
  if (!Number.isSafeInteger(value) || (value as number) < 0) wrong(at, value, "an integer");
}

function members(value: unknown, at: string): Members {
  return isObject(value) ? value : wrong(at, value, "an object");
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(at: string, value: unknown, wanted: string): never {
  const shown = value === undefined ? "missing" : `${JSON.stringify(value)?.slice(0, 60) ?? typeof value}`;
  throw new TypeError(`Cannot replay the cassette: ${at} is ${shown}, not ${wanted}`);
}
