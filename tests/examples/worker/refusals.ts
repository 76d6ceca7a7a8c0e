import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Asking, WorkerCase } from "./rig.ts";

/** A request that is refused, and how. */
type Row = readonly [what: string, path: string, asking: Asking, status: number, code: string];

const run = (call: unknown): Asking => ({ method: "POST", body: JSON.stringify(call) });
const raw = (body: BodyInit | null): Asking => ({ method: "POST", body });
const put = (body: BodyInit): Asking => ({ method: "PUT", body });

/** So many bytes and no end. It does not send on what is not wanted: answers get lost behind that. */
function endless(bytes: number): ReadableStream<Uint8Array> {
  return ReadableStream.from((async function* () {
    for (let left = bytes; left > 0; left -= 1e6) yield new Uint8Array(Math.min(left, 1e6));
    await new Promise(() => {});
  })());
}

const ROWS: readonly Row[] = [
  ["no token", "health", { authorization: "" }, 401, "unauthorized"],
  ["another token", "health", { authorization: "Bearer guess" }, 401, "unauthorized"],
  ["an empty token", "health", { authorization: "Bearer " }, 401, "unauthorized"],
  ["another scheme", "health", { authorization: "Basic Y2FsbGVyOg==" }, 401, "unauthorized"],
  ["no token, for a path that is not there", "nowhere", { authorization: "" }, 401, "unauthorized"],
  ["a Worker without a token", "health", { worker: "closed" }, 503, "not_configured"],
  [
    "a Worker without a token, an empty one",
    "health",
    { worker: "closed", authorization: "Bearer " },
    503,
    "not_configured",
  ],
  ["a Worker without a sandbox", "health", { worker: "unconfigured" }, 503, "not_configured"],

  ["no path", "", {}, 404, "not_found"],
  ["an unknown path", "nowhere", {}, 404, "not_found"],
  ["more than a path", "health/x", {}, 404, "not_found"],
  ["an unknown tool", "tools/fly", run({}), 404, "unknown_tool"],
  ["a tool by a name that objects have", "tools/constructor", run({}), 404, "unknown_tool"],
  ["a method", "health", { method: "POST" }, 405, "method_not_allowed"],
  ["a method for a tool", "tools/run", {}, 405, "method_not_allowed"],
  ["a method for files", "files/x", { method: "DELETE" }, 405, "method_not_allowed"],

  ["no body", "tools/run", raw(null), 400, "invalid_request"],
  ["an empty body", "tools/run", raw(""), 400, "invalid_request"],
  ["no JSON", "tools/run", raw("{"), 400, "invalid_request"],
  ["no UTF-8", "tools/run", raw(new Uint8Array([0x22, 0xff, 0x22])), 400, "invalid_request"],
  ["an array", "tools/run", run([]), 400, "invalid_request"],
  ["null", "tools/run", run(null), 400, "invalid_request"],
  ["no command", "tools/run", run({}), 400, "invalid_request"],
  ["a number for a command", "tools/run", run({ command: 1 }), 400, "invalid_request"],
  ["a number in a command", "tools/run", run({ command: ["echo", 1] }), 400, "invalid_request"],
  ["an empty argv", "tools/run", run({ command: [] }), 400, "invalid_request"],
  ["a zero byte in a command", "tools/run", run({ command: "echo \0" }), 400, "invalid_request"],
  ["a field nobody knows", "tools/run", run({ command: "true", timeout: 1 }), 400, "invalid_request"],
  ["an inherited field", "tools/run", raw('{"command":"true","__proto__":{"user":"x"}}'), 400, "invalid_request"],
  ["variables in an array", "tools/run", run({ command: "true", envs: ["A=1"] }), 400, "invalid_request"],
  ["a number for a variable", "tools/run", run({ command: "true", envs: { A: 1 } }), 400, "invalid_request"],
  ["a limit that is no number", "tools/run", run({ command: "true", timeoutMs: "1" }), 400, "invalid_request"],
  ["a negative limit", "tools/run", run({ command: "true", timeoutMs: -1 }), 400, "invalid_request"],
  ["a large body of unknown length", "tools/run", raw(endless(1_048_577)), 413, "body_too_large"],

  ["an empty path", "files/", {}, 400, "invalid_request"],
  ["a path that is not UTF-8", "files/%ff", {}, 400, "invalid_request"],
  ["a path that is half encoded", "files/%e", {}, 400, "invalid_request"],
  ["a path with a zero byte", "files/a%00b", put("x"), 400, "invalid_request"],
  ["a large file of unknown length", "files/too-large", put(endless(40_000_001)), 413, "body_too_large"],

  ["a missing file", "files/missing", {}, 404, "file_not_found"],
  ["a directory as a file", "files/%2Ftmp", {}, 409, "is_a_directory"],
  ["a file where a directory is", "files/%2Ftmp", put("x"), 409, "is_a_directory"],
  ["a file below a file", "files/%2Fetc%2Fhosts%2Fx", put("x"), 409, "not_a_directory"],
  ["a missing directory", "tools/run", run({ command: "true", cwd: "/missing" }), 400, "invalid_argument"],
  ["an unknown account", "tools/run", run({ command: "true", user: "nobody-knows" }), 400, "unknown_user"],
  [
    "a sandbox that refuses the Worker",
    "tools/run",
    { ...run({ command: "true" }), worker: "stranger" },
    502,
    "unauthenticated",
  ],
  ["a sandbox that refuses the Worker its files", "files/x", { worker: "stranger" }, 502, "unauthenticated"],
];

/** What the gateway says, word for word, and what it becomes. */
const GATEWAY: readonly (readonly [status: number, text: string, expected: number, code: string])[] = [
  [502, "healthy sandbox not found", 503, "sandbox_not_running"],
  [502, "sandbox not found: default--x", 502, "sandbox_not_found"],
  [403, "forbidden", 502, "forbidden"],
  [429, "too many requests", 429, "rate_limited"],
  [504, "upstream request timeout", 502, "network"],
  [200, "<html>", 502, "protocol"],
  [302, "", 502, "protocol"],
];

/** Everything the Worker refuses. */
export const refusals: readonly WorkerCase[] = [
  ...ROWS.map(([what, path, asking, status, code]): WorkerCase => ({
    name: `refused: ${what}`,
    async run(rig) {
      const { response, body } = await rig.json(path, asking);
      assertEquals([response.status, body.status, body.code], [status, status, code], body.detail);
      assertEquals(response.headers.get("Content-Type"), "application/problem+json");
      assertEquals(response.headers.get("Cache-Control"), "no-store");
      assertEquals([typeof body.detail, typeof body.retryable], ["string", "boolean"]);
      assertEquals(response.headers.has("WWW-Authenticate"), status === 401);
      assertEquals(response.headers.has("Allow"), status === 405);
    },
  })),
  {
    name: "refused: tokens that begin like the right one, or go on after it",
    async run(rig) {
      for (const token of [rig.callerToken.slice(0, -1), `${rig.callerToken}x`, rig.callerToken.toUpperCase()]) {
        assertEquals((await rig.json("health", { authorization: `Bearer ${token}` })).response.status, 401);
      }
      assertEquals((await rig.json("health", { authorization: `bearer ${rig.callerToken}` })).response.status, 200);
    },
  },
  {
    name: "refused: bodies that are declared too large, before they are sent",
    async run(rig) {
      for (const [target, bytes] of [["POST /tools/run", 1_048_577], ["PUT /files/x", 40_000_001]] as const) {
        const head = `${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${rig.callerToken}\r\n`;
        using connection = await Deno.connect(rig.addressOf("main"));
        await connection.write(new TextEncoder().encode(`${head}Content-Length: ${bytes}\r\n\r\n`));
        const buffer = new Uint8Array(10_000);
        const answer = new TextDecoder().decode(buffer.subarray(0, await connection.read(buffer) ?? 0));
        assertStringIncludes(answer, "HTTP/1.1 413 ");
        rig.said += answer;
      }
    },
  },
  {
    name: "what the gateway answers is told by its code",
    async run(rig) {
      for (const [status, text, expected, code] of GATEWAY) {
        const headers = status === 302 ? { Location: "http://127.0.0.1:9/" } : { "Content-Type": "text/plain" };
        rig.relay.hook = () => Promise.resolve(new Response(text, { status, headers }));
        const { response, body } = await rig.json("tools/run", { ...run({ command: "true" }), worker: "relayed" });
        assertEquals([response.status, body.code], [expected, code], body.detail);
        assertEquals(response.headers.has("Retry-After"), body.retryable);
      }
      rig.relay.hook = undefined;
    },
  },
  {
    name: "a stream that is cut is an event, without an exit code",
    async run(rig) {
      let starts = 0;
      rig.relay.hook = async (request, pass) => {
        const response = await pass();
        // The command's, not that of the helper which ends it.
        if (!request.url.endsWith("/Start") || starts++ > 0) return response;
        const reader = response.body!.getReader();
        let parts = 0;
        const body = new ReadableStream({
          async pull(controller) {
            const { value, done } = await reader.read();
            if (done || parts++ === 2) return controller.error(new Error("cut"));
            controller.enqueue(value);
          },
          cancel: (reason) => reader.cancel(reason),
        }, { highWaterMark: 0 });
        return new Response(body, response);
      };
      const call = await rig.run({ command: "while :; do echo again; sleep 0.05; done" }, { worker: "relayed" });
      const end = (await call.rest()).at(-1)!;
      assertEquals([end.name, end.data.code, end.data.status], ["error", "disconnected", 502]);
      rig.relay.hook = undefined;
      await rig.ended(call.pid);
    },
  },
];
