import { assert } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { fake } from "../bad_input/fake.ts";
import { findMark, mark } from "./marks.ts";
import { shown } from "./shown.ts";

function assertHidden(value: unknown): void {
  const found = findMark(shown(value));
  assert(found === undefined, found);
}

async function refusal(call: () => unknown): Promise<Error> {
  const error = await (async () => await call())().catch((error) => error);
  assert(error instanceof Error, `it was not refused: ${Deno.inspect(error)}`);
  return error;
}

Deno.test("secrets: arguments, variables, input and content are not in messages", async () => {
  const { sandbox: { commands, files } } = fake((_, request) =>
    Response.json({ code: "internal", message: `error starting process '${request.url}': oops` }, { status: 500 })
  );
  const envs = { PASSWORD: mark("variable") };
  for (
    const call of [
      () => commands.run(["program", "--password", mark("argument")], { envs, stdin: true }),
      () => commands.run(`x --password=${mark("line")}`),
      () => commands.run(["x"], { envs: { "A=B": mark("variable") } }),
      () => commands.run(["x"], { envs: { A: `${mark("variable")}\0` } }),
      () => commands.run(["x", `${mark("argument")}\0`]),
      () => commands.sendStdin(7, mark("input")),
      () => files.write("/x", mark("content")),
      () => files.writeText("/x", { secret: mark("content") } as never),
      () => files.write("/x", { secret: mark("content") } as never),
    ]
  ) assertHidden(await refusal(call));
});

Deno.test("secrets: options that cannot be do not show what they hold", async () => {
  const base = { sandboxBaseUrl: "http://sandbox.test" };
  const gateway = { sandboxId: "x", domain: "gateway.test" };
  const secret = mark("option");
  for (
    const options of [
      { ...base, runtimeToken: `${secret}\n` },
      { ...base, runtimeToken: [secret] },
      { ...gateway, trafficToken: `${secret}é` },
      { ...base, apiKey: `${secret}\0` },
      { ...base, authHeader: `Bearer ${secret}\n` },
      { ...base, headers: { "x-own": `${secret}\0` } },
      { ...base, headers: { "x own": secret } },
      { ...base, headers: [[secret]] },
      { ...base, fetch: secret },
      { ...base, onRequest: secret },
      { sandboxBaseUrl: `http://user:${secret}@sandbox.test` },
      { sandboxBaseUrl: `http://sandbox.test/?token=${secret}` },
      { sandboxBaseUrl: `http://sandbox.test/#${secret}` },
      { sandboxBaseUrl: `ftp://user:${secret}@sandbox.test` },
      { sandboxBaseUrl: () => `http://user:${secret}@sandbox.test` },
      { ...gateway, domain: `user:${secret}@gateway.test` },
      { ...gateway, domain: `https://user:${secret}@gateway.test` },
      { ...gateway, domain: `gateway.test/?token=${secret}` },
      { ...gateway, domain: `user:${secret}@gateway.test`, routing: "host" },
    ]
  ) assertHidden(await refusal(() => new RuntimeClient(options as never)));
  const sandbox = new RuntimeClient(base);
  assertHidden(await refusal(() => sandbox.with({ headers: { "x-own": `${secret}\0` } })));
  assertHidden(await refusal(() => sandbox.with({ headers: [[secret]] as never })));
});

Deno.test("secrets: a token function that fails, or gives nonsense, shows no token", async () => {
  for (const value of [`${mark("made")}\n`, { token: mark("made") }]) {
    const { sandbox } = fake(() => new Response(), { runtimeToken: () => value as string });
    assertHidden(await refusal(() => sandbox.commands.list()));
  }
});
