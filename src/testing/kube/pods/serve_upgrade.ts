import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Api } from "../api.ts";
import { cut } from "../faults.ts";
import { readHead } from "../read_head.ts";
import type { Outgoing } from "../wire.ts";
import { wantsSocket } from "./handshake.ts";

/** Answers a request that came with `Upgrade`: there is a connection, but no object for the answer. */
export async function serveUpgrade(
  api: Api,
  incoming: IncomingMessage,
  stream: Duplex,
  head: Uint8Array,
  open: boolean,
): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort(new Error("The client is gone"));
  stream.once("close", leave);
  stream.on("error", leave);
  const request = readHead(incoming, open, gone.signal);
  const answer = await api.answer({ ...request, canUpgrade: wantsSocket(request.headers) });
  if (answer.cutAfterBytes === 0 || stream.destroyed) return void stream.destroy();
  const { upgrade, status } = answer;
  if (upgrade === undefined) return await answerPlainly(answer, stream);
  stream.write(headOf(status, answer.headers));
  upgrade(stream, head);
}

async function answerPlainly({ status, headers, body, cutAfterBytes }: Outgoing, stream: Duplex): Promise<void> {
  // It lasts as long as the connection.
  const length: [string, string][] =
    body instanceof ReadableStream || body.byteLength === 0 || cutAfterBytes !== undefined
      ? []
      : [["content-length", String(body.byteLength)]];
  stream.write(headOf(status, [...headers, ...length, ["connection", "close"]]));
  const whole = body instanceof ReadableStream ? body : new Blob([body]).stream();
  const reader = (cutAfterBytes === undefined ? whole : cut(whole, cutAfterBytes)).getReader();
  stream.once("close", () => void reader.cancel().catch(() => {}));
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return void stream.end();
    await new Promise<void>((resolve) => stream.write(value, () => resolve()));
  }
}

function headOf(status: number, headers: readonly (readonly [string, string])[]): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`;
}
