/**
 * Every failure with marked secrets, and every way of printing what comes of it: no message, cause, stack, inspection,
 * event or cassette shows one. It fails where a code or a method is left out, so that it cannot fall behind.
 */

import { assert, assertEquals } from "@std/assert";
import {
  isSandboxError,
  type RequestEvent,
  type ResponseEvent,
  RuntimeClient,
  type RuntimeClientOptions,
} from "../../mod.ts";
import { record } from "../../src/testing/mod.ts";
import { END, exited, frame, printed, started, streaming } from "../bad_input/fake.ts";
import { closedPort, serveHttp } from "../bad_input/server.ts";
import { CALLS, HANDLE_CALLS, membersOf, methodsOf } from "./calls.ts";
import { failures, type Reply } from "./failures.ts";
import { findMark, mark, SECRETS } from "./marks.ts";
import { shown } from "./shown.ts";

/** Codes that nothing in the package brings about yet, and what will. */
const NOT_YET: Readonly<Record<string, string>> = {
  job_not_found: "jobs",
  context_not_found: "the code interpreter",
  kube_status: "./k8s",
  kube_config: "./k8s",
  claim_incomplete: "./k8s",
};

/** How the secrets are given. */
const WAYS: Readonly<Record<string, RuntimeClientOptions>> = {
  "texts": { ...SECRETS },
  "functions": {
    ...SECRETS,
    runtimeToken: () => SECRETS.runtimeToken,
    trafficToken: () => Promise.resolve(SECRETS.trafficToken),
    authHeader: `Bearer ${mark("bearer")}`,
  },
};

function assertHidden(value: unknown, what: string): void {
  const found = findMark(shown(value));
  assert(found === undefined, `${what} shows a secret: ${found}`);
}

/** A client of a server that echoes, and everything that can be seen of its calls. */
function watched(reply: Reply, options: RuntimeClientOptions) {
  const events: (RequestEvent | ResponseEvent)[] = [];
  const recorder = record(async (input, init) => {
    const request = new Request(input, init);
    const echo = [...request.headers].map(([name, value]) => `${name}: ${value}`).join(", ");
    const response = await reply(new URL(request.url).pathname, echo, request);
    response.headers.append("x-echo", echo);
    response.headers.append("set-cookie", `sid=${mark("set-cookie")}; Path=/`);
    return response;
  });
  const sandbox = new RuntimeClient({
    sandboxId: "default--x",
    domain: "gateway.test",
    retry: false,
    ...options,
    fetch: recorder.fetch,
    onRequest: (event) => void events.push(event),
    onResponse: (event) => void events.push(event),
  });
  return {
    sandbox,
    async check(what: string): Promise<void> {
      events.forEach((event) => assertHidden(event, `an event of ${what}`));
      assert(events.length > 0, `${what}: no event`);
      for (const value of [sandbox, sandbox.commands, sandbox.files]) assertHidden(value, `the client of ${what}`);
      const cassette = await recorder.cassette({ waitMs: 0 });
      assert(cassette.exchanges.length > 0, `${what}: nothing recorded`);
      assertHidden(JSON.stringify(cassette), `the cassette of ${what}`);
    },
  };
}

for (const [way, options] of Object.entries(WAYS)) {
  Deno.test(`secrets: every code, secrets given as ${way}`, async () => {
    const produced = new Set<string>();
    for (const [i, failure] of failures().entries()) {
      const what = `failure ${i}, ${failure.code}`;
      const { sandbox, check } = watched(failure.reply, { ...options, ...failure.options });
      const error = await failure.call(sandbox).then((value) => value, (error) => error);
      assert(isSandboxError(error), `${what}: ${Deno.inspect(error)}`);
      assertEquals(error.code, failure.code, `${what}: ${error.message}`);
      produced.add(error.code);
      assertHidden(error, what);
      await check(what);
    }
    // Servers that no fake can stand in for: what an engine says of them is its own.
    await using plain = await serveHttp((_, response) => void response.end());
    for (
      const [code, sandboxBaseUrl] of [
        ["network", `http://127.0.0.1:${await closedPort()}`],
        ["tls", plain.url.replace("http:", "https:")],
      ] as const
    ) {
      const sandbox = new RuntimeClient({ ...options, sandboxBaseUrl, retry: false });
      const error = await sandbox.commands.list().catch((error) => error);
      assert(isSandboxError(error), Deno.inspect(error));
      assertEquals(error.code, code);
      produced.add(error.code);
      assertHidden(error, code);
    }
    assertEquals([...produced].sort(), (await codes()).filter((code) => !(code in NOT_YET)).sort());
  });
}

/** All codes there are, from the source, which no test can forget. */
async function codes(): Promise<string[]> {
  const source = await Deno.readTextFile(new URL("../../src/errors/codes.ts", import.meta.url));
  return [...source.matchAll(/^ {2}(\w+): \w+;$/gm)].map(([, code]) => code!);
}

/** What goes wrong with every method alike. */
const EVERYWHERE: Readonly<Record<string, Reply>> = {
  "a refusal in JSON": (_, echo) => Response.json({ code: 401, message: echo }, { status: 401 }),
  "a refusal of Connect": (_, echo) => Response.json({ code: "internal", message: echo }, { status: 500 }),
  "a refusal in words": (_, echo) => new Response(echo, { status: 403 }),
  "a redirect": (_, echo) => new Response(null, { status: 307, headers: { location: `http://x.test/?${echo}` } }),
  "garbage": (path, echo) =>
    new Response(echo, {
      headers: {
        "content-type": path.endsWith("/Start") || path.endsWith("/Connect")
          ? "application/connect+proto"
          : path.startsWith("/files")
          ? "text/plain"
          : /^\/(metrics|envs)$/.test(path)
          ? "application/json"
          : "application/proto",
      },
    }),
  "an engine that fails": () => Promise.reject(new TypeError("fetch failed")),
  "a stream that ends with an error": (_, echo) =>
    streaming(
      started(),
      frame(2, new TextEncoder().encode(JSON.stringify({ error: { code: "unknown", message: echo } }))),
    ),
};

Deno.test("secrets: every method, whatever goes wrong", async () => {
  assertEquals(Object.keys(CALLS).sort(), methodsOf(new RuntimeClient({ sandboxBaseUrl: "http://x.test" })));
  for (const [failure, reply] of Object.entries(EVERYWHERE)) {
    for (const [name, call] of Object.entries(CALLS)) {
      const what = `${name}, ${failure}`;
      const { sandbox, check } = watched(reply, SECRETS);
      // What a file holds is the caller's.
      const result = await call(sandbox).catch((error) => error);
      if (result instanceof Error) assertHidden(result, what);
      await check(what);
    }
  }
});

Deno.test("secrets: every member of a handle", async () => {
  const refused: Reply = (_, echo) => Response.json({ code: "internal", message: echo }, { status: 500 });
  const run = streaming(started(), printed("output"), exited(), END);
  const { sandbox } = watched(() => run, SECRETS);
  const handle = await sandbox.commands.start(["cat"], { stdin: true });
  assertEquals(membersOf(handle), Object.keys(HANDLE_CALLS).sort());
  await handle.wait();
  for (const [name, call] of Object.entries(HANDLE_CALLS)) {
    let cut = () => {};
    const lost = new Promise<never>((_, reject) => cut = () => reject(new TypeError("reset")));
    const { sandbox, check } = watched(
      (path, echo, request) => path.endsWith("/Start") ? streaming(started(), lost) : refused(path, echo, request),
      { ...SECRETS, capabilities: { closeStdin: true } },
    );
    const handle = await sandbox.commands.start(["cat"], { stdin: true });
    assertHidden(handle, `a handle before ${name}`);
    const called = call(handle).catch((error) => error);
    cut();
    const result = await called;
    if (result instanceof Error) assertHidden(result, name);
    assertHidden(handle, `a handle after ${name}`);
    await check(name);
  }
});
