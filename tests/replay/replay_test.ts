/** Feeds every recorded answer to the client, and asserts what its caller gets. */

import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { type CommandHandle, isSandboxError, type PtyHandle, RuntimeClient, type SandboxErrorCode } from "../../mod.ts";
import { callOf, takesUser } from "./calls.ts";
import { expectedValue } from "./expected.ts";
import { CASES_LEFT_OUT, STEPS_LEFT_OUT } from "./left_out.ts";
import { baseName, type Exchange, header, RECORDED, type RecordedCase, type Version } from "./recording.ts";
import { classOf, REFUSALS } from "./refusals.ts";
import { answer } from "./server.ts";
import { replayWatcher } from "./watch.ts";
import { stageOf, wholeOf } from "./terminals.ts";
import { replaySigned } from "./signed.ts";

for (const version of ["0.2.10", "0.6.13"] as const) {
  for (const item of RECORDED[version]) {
    if (baseName(item.name) in CASES_LEFT_OUT) continue;
    const play = item.name.startsWith("files-signed-") ? replaySigned : replay;
    const run = baseName(item.name) === "fs-watcher" ? replayWatcher : play;
    Deno.test(`replay: ${version} ${item.name}`, () => run(item, version));
  }
}

/** A stream that is open while later steps run. */
interface Background {
  readonly exchange: Exchange;
  readonly handle: CommandHandle | PtyHandle;
  finish(): void;
}

async function replay({ name, steps }: RecordedCase, version: Version): Promise<void> {
  const leftOut = STEPS_LEFT_OUT[baseName(name)] ?? {};
  const captured = new Map<string, unknown>();
  const backgrounds = new Map<number, Background>();
  for (const [index, step] of steps.entries()) {
    for (const [key, pointer] of Object.entries(step.capture ?? {})) captured.set(key, valueAt(step, pointer));
    if (step.role !== undefined || index in leftOut) continue;
    if (step.abort !== undefined) await backgrounds.get(step.abort)?.handle.disconnect();
    if (step.wait?.end) await ended(backgrounds.get(step.wait.step!)!);
    if (step.wait?.includes) await heard(backgrounds.get(step.wait.step!)!, step.wait.includes);
    if (step.send === undefined) continue;
    const exchange = step as Exchange;
    const refusal = REFUSALS[baseName(name)]?.[index];
    const code = typeof refusal === "object" ? refusal[version] : refusal;
    const background = await replayStep(exchange, captured, code, `${name}, step ${index}`);
    if (background !== undefined) backgrounds.set(index, background);
  }
  for (const background of backgrounds.values()) await ended(background);
}

async function replayStep(
  exchange: Exchange,
  captured: ReadonlyMap<string, unknown>,
  code: SandboxErrorCode | undefined,
  where: string,
): Promise<Background | undefined> {
  const call = callOf(
    exchange,
    (value) => typeof value === "string" ? captured.get(value.slice(2, -1)) : value,
  );
  assert(call !== undefined, `${where} is neither replayed nor listed`);
  const recorded = answer(exchange, captured);
  const stage = stageOf(exchange, recorded.fetch);
  // The daemon looks at the account of every request, also where the client sends none by itself.
  const account = takesUser(exchange) ? undefined : header(exchange, "authorization");
  // The client asks for none, and takes a compressed answer only where its user has asked.
  const encoding = header(exchange, "accept-encoding");
  const sandbox = new RuntimeClient({
    sandboxBaseUrl: "http://recorded",
    fetch: stage.fetch,
    runtimeToken: header(exchange, "x-access-token"),
    headers: {
      ...(account !== undefined && { authorization: account }),
      ...(encoding !== undefined && { "accept-encoding": encoding }),
    },
    capabilities: { closeStdin: true },
    retry: false,
  });
  const outcome = await call(sandbox).then((value) => ({ value }), (error) => ({ error })).finally(stage.finish);
  assertEquals(recorded.count, 1, `${where}: requests sent`);
  if (code !== undefined) {
    assert("error" in outcome, `${where} should be refused with ${code}`);
    if (!isSandboxError(outcome.error)) throw outcome.error;
    assertEquals(outcome.error.code, code, `${where}: ${outcome.error.message}`);
    assertInstanceOf(outcome.error, classOf(code));
    return undefined;
  }
  if ("error" in outcome) throw outcome.error;
  // Also one that was recorded in the background: it was read to its last event.
  if (exchange.send.path.endsWith("/WatchDir")) recorded.finish();
  else if (exchange.background || exchange.send.path.endsWith("/Connect")) {
    const background = { exchange, handle: outcome.value as Background["handle"], finish: recorded.finish };
    if (exchange.background) return background;
    await ended(background);
    return undefined;
  }
  assertEquals(outcome.value, expectedValue(exchange), where);
}

/** Lets a stream end and asserts the result; one that was recorded as cut has none. */
async function ended({ exchange, handle, finish }: Background): Promise<void> {
  finish();
  if (exchange.receive.aborted) return;
  const value = "readable" in handle ? await wholeOf(handle) : await handle.wait({ check: false });
  assertEquals(value, expectedValue(exchange));
}

/** Waits for text, as the recording did before it went on. */
async function heard({ handle }: Background, text: string): Promise<void> {
  // A terminal is read once: what it has shown is compared at its end.
  if ("readable" in handle) return;
  let stdout = "";
  for await (const event of handle) {
    if (event.type === "stdout") stdout += event.text;
    if (stdout.includes(text)) return;
  }
  throw new Error(`${JSON.stringify(text)} never came`);
}

/** The value that a JSON pointer leads to. */
function valueAt(value: unknown, pointer: string): unknown {
  return pointer.split("/").slice(1).reduce((inner, key) => (inner as Record<string, unknown>)[key], value);
}

Deno.test("replay: every recorded case is replayed or listed, and nothing else is listed", () => {
  const names = new Set(Object.values(RECORDED).flat().map(({ name }) => baseName(name)));
  for (const listed of [CASES_LEFT_OUT, STEPS_LEFT_OUT, REFUSALS]) {
    assertEquals(Object.keys(listed).filter((name) => !names.has(name)), [], "unknown names");
  }
  for (const table of [STEPS_LEFT_OUT, REFUSALS]) {
    assertEquals(Object.keys(table).filter((name) => name in CASES_LEFT_OUT), [], "listed twice");
    for (const [name, steps] of Object.entries(table)) {
      const cases = Object.values(RECORDED).flat().filter((item) => baseName(item.name) === name);
      for (const index of Object.keys(steps)) {
        assert(cases.some((item) => item.steps[Number(index)]?.send !== undefined), `${name} has no step ${index}`);
      }
    }
  }
});
