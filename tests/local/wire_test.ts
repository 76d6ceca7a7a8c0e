import { assertEquals } from "@std/assert";
import { exemption, LEFT_OUT, NEED_INTERRUPTS, NEED_ROOT, OTHER_WORDS } from "./wire/left_out.ts";
import { ignoresInterrupts, maySwitch } from "./wire/machine.ts";
import { play } from "./wire/play.ts";
import { type Case, readRecording } from "./wire/recording.ts";

// What real daemons answered is what the local runtime has to answer.

type Version = "0.2.10" | "0.6.13";
const recordings = (["0.2.10", "0.6.13"] as const).map((version) => ({ version, cases: readRecording(version).cases }));

for (const { version, cases } of recordings) {
  const waiting = cases.filter((recorded) => !isIgnored(recorded, version) && waits(recorded));
  for (const recorded of cases) {
    if (waiting.includes(recorded)) continue;
    Deno.test({
      name: `the runtime answers as envd ${version} did: ${recorded.name}`,
      ignore: isIgnored(recorded, version),
      fn: () => withUmask(() => compare(recorded, version)),
    });
  }
  // Together they take as long as the longest.
  Deno.test(`the runtime answers as envd ${version} did: cases that wait`, async (t) => {
    await withUmask(() =>
      Promise.all(waiting.map((recorded) =>
        t.step({
          name: recorded.name,
          fn: () => compare(recorded, version),
          // Each would see the others' resources; the test around them sees all.
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
        })
      ))
    );
  });
}

Deno.test("every exemption names recorded cases", () => {
  const unknown = [...LEFT_OUT, ...OTHER_WORDS, ...NEED_ROOT, ...NEED_INTERRUPTS].flatMap(({ cases, version }) =>
    cases.filter((name) =>
      !recordings.some((recording) =>
        (version ?? recording.version) === recording.version &&
        recording.cases.some((recorded) => recorded.name === name)
      )
    )
  );
  assertEquals(unknown, []);
});

function isIgnored({ name }: Case, version: Version): boolean {
  return exemption(LEFT_OUT, name, version) !== undefined ||
    !maySwitch && exemption(NEED_ROOT, name, version) !== undefined ||
    ignoresInterrupts && exemption(NEED_INTERRUPTS, name, version) !== undefined;
}

/** Whether most of a case's time is waiting: the recorded one took long. */
function waits({ steps }: Case): boolean {
  const LONG_MS = 200;
  return steps.some(({ wait, receive }) => {
    const body = receive?.body;
    const frames = typeof body === "object" && body?.frames || [];
    return (wait?.ms ?? 0) >= LONG_MS || frames.some(({ atMs = 0 }) => atMs >= LONG_MS);
  });
}

/** Does something under the recorded daemon's umask, which processes get from this one. */
async function withUmask(run: () => Promise<unknown>): Promise<void> {
  const before = Deno.umask(0o022);
  try {
    await run();
  } finally {
    Deno.umask(before);
  }
}

async function compare(recorded: Case, version: Version): Promise<void> {
  await play(recorded, { version, compareTexts: !exemption(OTHER_WORDS, recorded.name, version) });
}
