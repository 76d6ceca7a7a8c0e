import { assert, assertEquals } from "@std/assert";
import { contentOf, type Exchange, header, messageOf, type RecordedBody } from "./recording.ts";
import { decode, methodOf } from "./schema.ts";
import { withDefaults } from "./terminals.ts";

/** Compares a request of the client with the recorded one: what it asks for, as whom, and with which token. */
export async function checkRequest(
  request: Request,
  exchange: Exchange,
  captured: ReadonlyMap<string, unknown>,
): Promise<void> {
  const { send } = exchange;
  const [got, recorded] = [new URL(request.url), new URL(send.path, request.url)];
  assertEquals([request.method, got.pathname], [send.method, recorded.pathname]);
  assertEquals(request.headers.get("x-access-token") ?? undefined, header(exchange, "x-access-token"));
  assert(!request.headers.has("connect-timeout-ms"), "Connect-Timeout-Ms is never sent: it can stop the daemon");
  const method = methodOf(recorded.pathname);
  if (method === undefined) return await checkContent(request, exchange, got, recorded);

  const account = header(exchange, "authorization");
  if (account !== undefined) assertEquals(request.headers.get("authorization"), account);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (method.methodKind === "unary") {
    assertEquals(request.headers.get("content-type"), "application/proto");
    assertEquals(normal(decode(method.input, bytes)), normal(withCaptured(messageOf(send.body as never), captured)));
    return;
  }
  assertEquals(request.headers.get("content-type"), "application/connect+proto");
  const pings = Number(request.headers.get("keepalive-ping-interval"));
  assert(pings >= 1 && pings < 300, `Keepalive-Ping-Interval ${pings}`);
  const [frame] = (send.body as RecordedBody).frames!;
  // The client does not ask for entries, and takes them.
  const { includeEntry: _, ...expected } = withCaptured(messageOf(frame), captured);
  const message = decode(method.input, bytes.subarray(5));
  assertEquals(bytes[0], 0);
  if (method.name === "Start") checkStart(message, expected);
  else assertEquals(message, expected);
}

/** The client starts every command through a shell that becomes the command; input is a matter of that shell. */
function checkStart(message: Record<string, unknown>, expected: Record<string, unknown>): void {
  const { cmd, args, ...process } = message.process as { cmd: string; args: string[] };
  const { cmd: wanted, args: wantedArgs = [], ...plain } = expected.process as RecordedProcess;
  const rest = expected.pty === undefined ? plain : { ...plain, envs: withDefaults(plain.envs) };
  assertEquals([cmd, args[0]], ["/bin/sh", "-c"]);
  assertEquals(args.slice(3), [wanted, ...wantedArgs]);
  assertEquals([process, message.tag, message.pty], [rest, expected.tag, expected.pty]);
}

interface RecordedProcess {
  readonly cmd: string;
  readonly args?: string[];
  readonly envs?: Record<string, string>;
}

/** Ranges and the query of a download, the bytes of an upload. */
async function checkContent(request: Request, exchange: Exchange, got: URL, recorded: URL): Promise<void> {
  for (const name of ["path", "username"]) {
    assertEquals(got.searchParams.get(name) ?? "", recorded.searchParams.get(name) ?? "", name);
  }
  assertEquals(request.headers.get("range") ?? undefined, header(exchange, "range"));
  if (request.method !== "POST") return;
  const sent = new Uint8Array(await request.arrayBuffer());
  const part = filePart(sent, request.headers.get("content-type") ?? "");
  assertEquals(part, recordedUpload(exchange));
}

/** The bytes of the file that was uploaded in a recorded request. */
export function recordedUpload(exchange: Exchange): Uint8Array<ArrayBuffer> {
  return filePart(contentOf(exchange.send.body), header(exchange, "content-type") ?? "");
}

/** The content of the first part of a form. Latin-1 keeps bytes apart and lets text search in them. */
function filePart(form: Uint8Array, type: string): Uint8Array<ArrayBuffer> {
  const text = new TextDecoder("latin1").decode(form);
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  assert(boundary !== undefined, `${type} is no form`);
  const from = text.indexOf("\r\n\r\n") + 4;
  const to = text.indexOf(`\r\n--${boundary}`, from);
  return new Uint8Array(form.subarray(from, to));
}

function withCaptured(message: unknown, captured: ReadonlyMap<string, unknown>): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify(message),
    (_, value) => typeof value === "string" && /^\$\{\w+\}$/.test(value) ? captured.get(value.slice(2, -1)) : value,
  );
}

/** Depths 0 and 1 are the same, and so are an empty path and none. */
function normal({ depth = 1, path = "", ...message }: Record<string, unknown>): Record<string, unknown> {
  return { ...message, depth, path };
}
