import { assert, assertEquals } from "@std/assert";
import { type RequestEvent, type ResponseEvent, RuntimeClient, type RuntimeClientOptions } from "../../mod.ts";
import { CALLS, END, exited, fake, frame, started, streaming } from "./fake.ts";
import { closedPort } from "./server.ts";

const SECRETS = {
  runtimeToken: "runtime-s3cret",
  trafficToken: "traffic-s3cret",
  apiKey: "key-s3cret",
  authHeader: `Basic ${btoa("node:pass-s3cret")}`,
  headers: { "x-own": "header-s3cret", cookie: "cookie-s3cret" },
};
/** In clear, and in the Basic header. */
const SECRET = new RegExp(`s3cret|${btoa("node:pass-s3cret")}`);

/** Everything that could be printed of a value, causes and all. */
function shown(value: unknown, depth: number = 0): string {
  const own = value instanceof Error ? `${value.message}\n${value.stack}\n${String(value.name)}` : "";
  const inner = value instanceof Error && depth < 8 ? shown(value.cause, depth + 1) : "";
  const fields = typeof value === "object" && value !== null
    ? Reflect.ownKeys(value).map((key) => String((value as Record<PropertyKey, unknown>)[key])).join("\n")
    : "";
  const inspected = Deno.inspect(value, { depth: 20, showHidden: true, getters: true });
  return [own, inner, fields, inspected, String(value), JSON.stringify(value)].join("\n");
}

function assertNoSecret(value: unknown, what: string): void {
  const text = shown(value);
  const found = SECRET.exec(text);
  assert(
    found === null,
    `${what} shows ${found?.[0]}: ${text.slice(Math.max(0, (found?.index ?? 0) - 200), found?.index)}`,
  );
}

const FAILURES: Readonly<Record<string, () => Response>> = {
  "a refused token": () => Response.json({ code: 401, message: "unauthorized access" }, { status: 401 }),
  "a refused traffic token": () => new Response("forbidden: invalid token", { status: 403 }),
  "a paused sandbox": () => new Response("healthy sandbox not found: x", { status: 502 }),
  "a redirect": () => new Response(null, { status: 307, headers: { location: "http://other.test/" } }),
  "HTML": () => new Response("<html>", { headers: { "content-type": "text/html" } }),
  "a Connect error": () => Response.json({ code: "internal", message: "oops" }, { status: 500 }),
  "a broken stream": () => streaming(started()),
  "a large frame": () => streaming(started(), frame(0, new Uint8Array(0), 0xffffffff)),
};

for (const [what, response] of Object.entries(FAILURES)) {
  Deno.test(`secrets: ${what} shows none`, async () => {
    const events: (RequestEvent | ResponseEvent)[] = [];
    const { sandbox } = fake(response, {
      ...SECRETS,
      sandboxBaseUrl: undefined,
      sandboxId: "default--x",
      domain: "gateway.test",
      onRequest: (event) => void events.push(event),
      onResponse: (event) => void events.push(event),
    });
    for (const [name, call] of Object.entries(CALLS)) {
      const error = await call(sandbox).catch((error) => error);
      if (error instanceof Error) assertNoSecret(error, `${name}'s error`);
    }
    assert(events.length > 0);
    for (const event of events) assertNoSecret(event, "an event");
  });
}

Deno.test("secrets: an engine's error shows none", async () => {
  const sandbox = new RuntimeClient({
    ...SECRETS,
    sandboxBaseUrl: `http://127.0.0.1:${await closedPort()}`,
    retry: false,
  });
  for (const [name, call] of Object.entries(CALLS)) {
    assertNoSecret(await call(sandbox).catch((error) => error), name);
  }
});

Deno.test("secrets: the client, its parts, its views and its handles show none", async () => {
  for (
    const where of [{ sandboxBaseUrl: "http://sandbox.test" }, {
      sandboxBaseUrl: undefined,
      sandboxId: "x",
      domain: "y",
    }]
  ) {
    const options: RuntimeClientOptions = { ...SECRETS, ...where };
    const { sandbox } = fake(() => streaming(started(), exited(), END), options);
    const handle = await sandbox.commands.start(["true"]);
    await handle.wait();
    for (const value of [sandbox, sandbox.commands, sandbox.files, sandbox.with({ user: "root" }), handle]) {
      assertNoSecret(value, "a part of the client");
    }
    assertEquals(SECRET.test(`${sandbox}`), false);
  }
});

Deno.test("secrets: arguments, variables and input are not in messages", async () => {
  const { sandbox } = fake(() => Response.json({ code: "internal", message: "oops" }, { status: 500 }));
  const error = await sandbox.commands.run(["program", "--password", "arg-s3cret"], {
    envs: { PASSWORD: "env-s3cret" },
    stdin: true,
  }).catch((error) => error);
  assertNoSecret(error, "the error of a command");
  assertNoSecret(await sandbox.commands.run("x --password=line-s3cret").catch((error) => error), "of a line of shell");
  assertNoSecret(await sandbox.commands.sendStdin(7, "input-s3cret").catch((error) => error), "of input");
});
