import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { assertEquals, assertFalse } from "@std/assert";
import { ProcessEvent_EndEventSchema } from "../../gen/process/process_pb.ts";
import { exitStatus } from "../../src/process/exit_status.ts";

const statusOf = (end: MessageInitShape<typeof ProcessEvent_EndEventSchema>) =>
  exitStatus(create(ProcessEvent_EndEventSchema, end));

Deno.test("exitStatus() reads exit codes as they are recorded", () => {
  const ok = statusOf({ exited: true, status: "exit status 0" });
  assertEquals(ok, { exitCode: 0 });
  assertFalse("error" in ok || "signal" in ok);
  for (const exitCode of [1, 3, 126, 127, 137, 255]) {
    const error = `exit status ${exitCode}`;
    assertEquals(statusOf({ exitCode, exited: true, status: error, error }), { exitCode, error });
  }
});

/** Go's words, Linux' numbers. */
const SIGNALS = {
  hangup: ["SIGHUP", 1],
  interrupt: ["SIGINT", 2],
  quit: ["SIGQUIT", 3],
  "illegal instruction": ["SIGILL", 4],
  "trace/breakpoint trap": ["SIGTRAP", 5],
  aborted: ["SIGABRT", 6],
  "bus error": ["SIGBUS", 7],
  "floating point exception": ["SIGFPE", 8],
  killed: ["SIGKILL", 9],
  "user defined signal 1": ["SIGUSR1", 10],
  "segmentation fault": ["SIGSEGV", 11],
  "user defined signal 2": ["SIGUSR2", 12],
  "broken pipe": ["SIGPIPE", 13],
  "alarm clock": ["SIGALRM", 14],
  terminated: ["SIGTERM", 15],
  "signal 34": ["SIG34", 34],
} as const;

for (const [words, [signal, number]] of Object.entries(SIGNALS)) {
  Deno.test(`exitStatus() says 128 + n for "${words}", with and without a core dump`, () => {
    for (const status of [`signal: ${words}`, `signal: ${words} (core dumped)`]) {
      assertEquals(statusOf({ exitCode: -1, status, error: status }), {
        exitCode: 128 + number,
        signal,
        error: status,
      });
    }
  });

  Deno.test(`exitStatus() knows "${words}" from a daemon that was upgraded meanwhile`, () => {
    assertEquals(statusOf({ exitCode: 128 + number, status: words }), { exitCode: 128 + number, signal });
  });
}

Deno.test("exitStatus() takes no signal from a process that exited", () => {
  assertEquals(statusOf({ exitCode: 137, exited: true, status: "exited" }), { exitCode: 137 });
  assertEquals(statusOf({ exitCode: 9, exited: true, status: "killed" }), { exitCode: 9 });
});

Deno.test("exitStatus() makes no signal of words it does not know", () => {
  for (const status of ["", "lost", "signal: unheard of", "signal: signal x"]) {
    assertEquals(statusOf({ exitCode: -1, status }), { exitCode: -1 });
  }
});

Deno.test("exitStatus() keeps the daemon's words about an end with 0", () => {
  assertEquals(statusOf({ exited: true, status: "exit status 0", error: "context deadline exceeded" }), {
    exitCode: 0,
    error: "context deadline exceeded",
  });
});
