/** Every failure that the client can tell, brought about by a server that says back whatever it was sent. */

import type { RuntimeClientOptions, SandboxErrorCode } from "../../mod.ts";
import {
  empty,
  END,
  exited,
  frame,
  KILLED,
  listed,
  printed,
  started,
  streaming,
  treeEnded,
} from "../bad_input/fake.ts";
import type { Call } from "./calls.ts";

/** How the server answers; `echo` is all it was sent, in one line. */
export type Reply = (path: string, echo: string, request: Request) => Response | Promise<Response>;

/** One failure, and how to bring it about. */
export interface Failure {
  readonly code: SandboxErrorCode;
  readonly reply: Reply;
  readonly call: Call;
  readonly options?: Partial<RuntimeClientOptions>;
}

const json = (status: number, code: string | number, message: string) => Response.json({ code, message }, { status });
const text = (status: number, message: string) => new Response(message, { status });
const bytes = (text: string) => new TextEncoder().encode(text);

const list: Call = ({ commands }) => commands.list();
const run: Call = ({ commands }) => commands.run(["true"]);
const read: Call = ({ files }) => files.read("/x", { user: "root" });
const write: Call = ({ files }) => files.write("/x", "text", { user: "root" });
const info: Call = ({ files }) => files.getInfo("/x", { user: "root" });
const metrics: Call = (sandbox) => sandbox.metrics();
const port: Call = ({ ports }) => ports.fetch(3000, "/x");

/** A command that runs until it is killed. */
function untilKilled(...output: Uint8Array<ArrayBuffer>[]): Reply {
  let kill = () => {};
  const killed = new Promise<void>((resolve) => kill = resolve);
  let running = false;
  return (path) => {
    if (path.endsWith("/SendSignal") || running) {
      kill();
      return path.endsWith("/Start") ? treeEnded("7") : empty();
    }
    running = true;
    return streaming(started(), ...output, killed.then(() => KILLED), END);
  };
}

/** The end frame of a stream that failed. */
function ended(code: string, message: string): Uint8Array<ArrayBuffer> {
  return frame(2, bytes(JSON.stringify({ error: { code, message } })));
}

/** Refusals in each of their forms: what the call is, and what the daemon or gateway answers. */
const REFUSALS: readonly (readonly [code: SandboxErrorCode, call: Call, reply: Reply])[] = [
  ["unauthenticated", list, (_, echo) => json(401, 401, `unauthorized: ${echo}`)],
  ["unauthenticated", run, (_, echo) => streaming(ended("unauthenticated", `no: ${echo}`))],
  ["unauthenticated", write, (_, echo) => text(401, `unauthorized: ${echo}`)],
  ["forbidden", list, (_, echo) => text(403, `forbidden: ${echo}`)],
  ["forbidden", read, (_, echo) => json(403, 403, echo)],
  ["unknown_user", info, (_, echo) => json(401, "unauthenticated", `invalid username: '${echo}'`)],
  ["unknown_user", read, (_, echo) => json(401, 401, `error looking up user '${echo}': unknown user`)],
  ["sandbox_not_found", list, (_, echo) => text(502, `sandbox not found: ${echo}`)],
  ["sandbox_not_running", run, (_, echo) => text(502, `healthy sandbox not found: ${echo}`)],
  ["gateway_not_ready", read, (_, echo) => text(503, `sandbox gateway is not ready ${echo}`)],
  ["file_not_found", info, (_, echo) => json(404, "not_found", echo)],
  ["file_not_found", read, (_, echo) => json(404, 404, echo)],
  ["process_not_found", ({ commands }) => commands.sendStdin(7, "x"), (_, echo) => json(404, "not_found", echo)],
  ["invalid_argument", run, (_, echo) => streaming(ended("invalid_argument", echo))],
  ["invalid_argument", read, (_, echo) => json(400, 400, echo)],
  ["not_a_directory", info, (_, echo) => json(400, "invalid_argument", `stat ${echo}: not a directory`)],
  ["is_a_directory", read, (_, echo) => json(400, 400, `path '${echo}' is a directory`)],
  ["already_exists", ({ files }) => files.rename("/x", "/y"), (_, echo) => json(409, "already_exists", echo)],
  ["unsupported", list, (_, echo) => text(404, `no such page, ${echo}`)],
  ["unsupported", list, (_, echo) => json(501, "unimplemented", echo)],
  ["no_space", write, (_, echo) => json(507, 507, `not enough disk space for ${echo}`)],
  ["rate_limited", list, (_, echo) => text(429, `slow down, ${echo}`)],
  ["rate_limited", list, (_, echo) => json(429, "resource_exhausted", echo)],
  ["internal", list, (_, echo) => json(500, "internal", echo)],
  ["internal", write, (_, echo) => text(500, echo)],
  ["network", list, (_, echo) => text(503, `upstream connect error ${echo}`)],
  ["disconnected", run, (_, echo) => streaming(ended("unavailable", echo))],
  ["protocol", run, (_, echo) => streaming(started(), ended(echo, ""))],
  ["unknown", list, (_, echo) => json(500, "unknown", echo)],
  ["request_timeout", list, (_, echo) => json(504, "deadline_exceeded", echo)],
  ["network", port, (_, echo) => gateway(503, `upstream connect error or disconnect/reset before headers. ${echo}`)],
  ["internal", port, (_, echo) => gateway(500, `API Error: failed to map request to sandbox, URL=${echo}`)],
  ["unauthenticated", port, () => gateway(401, "unauthorized: invalid or missing access token")],
];

/** As only the gateway answers on any port. */
function gateway(status: number, message: string): Response {
  return new Response(message, { status, headers: { "content-length": "100" } });
}

/** Answers that no daemon gives. */
const GARBAGE: readonly (readonly [call: Call, reply: Reply])[] = [
  [list, (_, echo) => new Response(null, { status: 307, headers: { location: `http://${host(echo)}/?x=${echo}` } })],
  [read, (_, echo) => new Response(null, { status: 302, headers: { location: `/?x=${echo}` } })],
  [port, (_, echo) => new Response(null, { status: 302, headers: { location: `http://other.test/?x=${echo}` } })],
  [port, (_, echo) => new Response(null, { status: 302, headers: { location: `/?x=${echo}` } })],
  [list, (_, echo) => new Response("x", { headers: { "content-type": echo } })],
  [run, (_, echo) => new Response("x", { headers: { "content-type": `text/${host(echo)}` } })],
  [
    list,
    (_, echo) => new Response("x", { headers: { "content-encoding": echo, "content-type": "application/proto" } }),
  ],
  [list, (_, echo) => new Response(`<html>${echo}`, { headers: { "content-type": "text/html" } })],
  [list, (_, echo) => new Response(`<!doctype html>${echo}`, { status: 500 })],
  [list, (_, echo) => new Response(echo, { headers: { "content-type": "application/proto" } })],
  [run, (_, echo) => streaming(bytes(echo))],
  [run, (_, echo) => streaming(frame(0, bytes(echo)))],
  [run, (_, echo) => streaming(started(), frame(0, bytes(echo)))],
  [run, (_, echo) => streaming(frame(2, bytes(echo)))],
  // Engines quote the beginning of what is no JSON.
  [run, (_, __, request) => streaming(frame(2, bytes(token(request))))],
  [run, (_, __, request) => streaming(started(), frame(2, bytes(token(request))))],
  [run, (_, echo) => streaming(started(), frame(2, bytes(`{"error":{"code":"${host(echo)}","message":"x"}}`)))],
  [list, (_, echo) => json(500, host(echo), "x")],
  [metrics, (_, echo) => new Response(echo, { headers: { "content-type": "application/json" } })],
  [metrics, (_, __, request) => new Response(token(request), { headers: { "content-type": "application/json" } })],
  [metrics, (_, echo) => Response.json({ [echo]: echo })],
  [write, (_, echo) => new Response(echo)],
  [write, (_, __, request) => new Response(token(request))],
  [
    (sandbox) => sandbox.files.read("/x", { range: { start: 1 } }),
    (_, echo) => new Response("x", { status: 206, headers: { "content-range": `bytes ${echo}` } }),
  ],
];

function token({ headers }: Request): string {
  return headers.get("x-access-token")!;
}

/** A host, out of anything. */
function host(text: string): string {
  return text.replace(/[^\w.-]+/g, "-").slice(0, 200);
}

/** Every failure that a server can bring about, made anew: some servers wait for a kill. */
export const failures = (): Failure[] => [
  ...REFUSALS.map(([code, call, reply]) => ({ code, call, reply })),
  ...GARBAGE.map(([call, reply]) => ({ code: "protocol" as const, call, reply })),
  {
    code: "protocol",
    call: run,
    reply: () => streaming(started(), frame(0, new Uint8Array(0), 2 ** 32 - 1)),
  },
  {
    code: "disconnected",
    call: run,
    reply: (_, echo) => streaming(started(), printed("early"), frame(0, bytes(echo), 9_999)),
  },
  { code: "disconnected", call: run, reply: () => streaming(started()) },
  { code: "command_exit", call: run, reply: () => streaming(started(), exited(3), END) },
  {
    code: "wait_timeout",
    call: ({ ports }) => ports.waitFor(3000, { timeoutMs: 20 }),
    reply: (_, echo) => gateway(503, `upstream connect error or disconnect/reset before headers. ${echo}`),
  },
  {
    code: "request_timeout",
    call: ({ commands }) => commands.list({ requestTimeoutMs: 5 }),
    reply: () => new Promise<never>(() => {}),
  },
  { code: "command_timeout", call: ({ commands }) => commands.run(["x"], { timeoutMs: 5 }), reply: untilKilled() },
  {
    code: "output_limit",
    call: ({ commands }) => commands.run(["x"], { maxOutputBytes: 1 }),
    reply: untilKilled(printed("more than that")),
  },
  { code: "file_too_large", call: ({ files }) => files.read("/x", { maxBytes: 1 }), reply: () => new Response("long") },
  {
    code: "unsupported",
    call: ({ commands }) => commands.closeStdin(7),
    reply: (_, echo) => text(404, echo),
  },
  {
    code: "unauthenticated",
    call: list,
    reply: (_, echo) => json(401, 401, echo),
    options: { retry: {} },
  },
  {
    code: "unauthenticated",
    call: ({ files }) => files.write("/x", new Blob(["x"]).stream(), { user: "root" }),
    reply: (_, echo) => json(401, 401, echo),
    options: { retry: {} },
  },
  {
    code: "network",
    call: list,
    reply: () => listed().text().then(() => Promise.reject(new TypeError("fetch failed"))),
  },
];
