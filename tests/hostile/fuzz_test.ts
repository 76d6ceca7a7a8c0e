import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isSandboxError, type RuntimeClient } from "../../mod.ts";
import { empty, END, exited, fake, printed, started, streaming } from "../bad_input/fake.ts";
import { ENTRIES } from "./messages.ts";

/** Printed with a failure, which `SEED=<seed>` then plays again. */
const seed = Number(Deno.env.get("SEED") ?? crypto.getRandomValues(new Uint32Array(1))[0]! & 0x7fffffff);

/** Bytes of a good answer, some of them changed, put in, or left out. */
function spoilt(good: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const change = fc.record({
    at: fc.nat(good.length),
    remove: fc.integer({ min: 0, max: 4 }),
    insert: fc.uint8Array({ maxLength: 6 }),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const bytes = [...good];
    for (const { at, remove, insert } of changes) bytes.splice(at, remove, ...insert);
    return Uint8Array.from(bytes);
  });
}

const STREAM = Uint8Array.from([started(), printed("grün"), printed("x"), exited(3), END].flatMap((part) => [...part]));

/** A result, or an error that says what is wrong. Anything else is a crash. */
async function settled(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    assert(isSandboxError(error), `not one of ours: ${error}`);
    return undefined;
  }
}

function reply(body: Uint8Array<ArrayBuffer>, type: string, status: number = 200): () => Response {
  return () => new Response(body, { status, headers: { "content-type": type } });
}

const bytes = fc.uint8Array({ maxLength: 200 }).map((some) => Uint8Array.from(some));

Deno.test(`fuzz: a spoilt stream gives its result or a typed error (seed ${seed})`, async () => {
  const property = fc.asyncProperty(fc.oneof(spoilt(STREAM), bytes), async (body) => {
    const { sandbox } = fake((path) => path.endsWith("/Start") ? streaming(body) : empty());
    const result = await settled(sandbox.commands.run(["true"], { check: false })) as { exitCode: number } | undefined;
    if (result !== undefined) assert(result.exitCode >= -1 && result.exitCode <= 255, `exit code ${result.exitCode}`);
  });
  await fc.assert(property, { seed, numRuns: 1000 });
});

/** Unary calls, whose answers are garbage. */
const CALLS: Readonly<Record<string, (sandbox: RuntimeClient) => Promise<unknown>>> = {
  list: ({ commands }) => commands.list(),
  stat: ({ files }) => files.getInfo("/x"),
  listDir: ({ files }) => files.list("/x"),
  kill: ({ commands }) => commands.kill(7),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`fuzz: garbage for an answer of ${name} is a typed error, or nothing wrong (seed ${seed})`, async () => {
    const property = fc.asyncProperty(fc.oneof(spoilt(ENTRIES), bytes), async (body) => {
      await settled(call(fake(reply(body, "application/proto"), { user: "root" }).sandbox));
    });
    await fc.assert(property, { seed, numRuns: 500 });
  });
}

Deno.test(`fuzz: whatever JSON an error has, the error is typed (seed ${seed})`, async () => {
  const text = fc.oneof(
    fc.json(),
    fc.record({ code: fc.jsonValue(), message: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    fc.string(),
  );
  const property = fc.asyncProperty(text, fc.integer({ min: 400, max: 599 }), async (body, status) => {
    const { sandbox } = fake(reply(new TextEncoder().encode(body), "application/json", status), { user: "root" });
    assertEquals(await settled(sandbox.files.getInfo("/x")), undefined);
    await settled(sandbox.files.read("/x"));
  });
  await fc.assert(property, { seed, numRuns: 500 });
});

Deno.test(`fuzz: whatever JSON the daemon tells, figures and variables are whole or a typed error (seed ${seed})`, async () => {
  const property = fc.asyncProperty(fc.json(), async (body) => {
    const { sandbox } = fake(reply(new TextEncoder().encode(body), "application/json"));
    await settled(sandbox.metrics());
    const envs = await settled(sandbox.envs());
    if (envs !== undefined) assert(Object.values(envs as object).every((value) => typeof value === "string"));
  });
  await fc.assert(property, { seed, numRuns: 500, examples: [['{"A":{"toString":[]}}']] });
});
