import { assert, assertEquals } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { empty, END, exited, fake, frame, KILL_TREE, KILLED, listed, printed, started, streaming } from "./fake.ts";
import { assertRefused } from "./refused.ts";
import { serveHttp } from "./server.ts";
import { leftRunning } from "../conformance/tools.ts";

/** Streams that are lost after some output. */
const CUT: Readonly<Record<string, () => Response>> = {
  "before the end event": () => streaming(started(), printed("so far")),
  "in the middle of a frame": () => streaming(started(), printed("so far"), printed("never whole").subarray(0, 9)),
  "in the middle of a frame's header": () => streaming(started(), printed("so far"), END.subarray(0, 3)),
  "by an error of the connection": () =>
    streaming(started(), printed("so far"), Promise.reject(new TypeError("connection reset"))),
};

for (const [where, response] of Object.entries(CUT)) {
  Deno.test(`bad input: a stream cut ${where} is a DisconnectedError with what came, and no exit code`, async () => {
    const { sandbox } = fake(response);
    const error = await assertRefused(sandbox.commands.run(["true"]), "disconnected");
    assertEquals([error.pid, error.partial?.stdout, error.partial?.truncatedBytes], [7, "so far", 0]);
    assertEquals(error.partial?.stdoutBytes, new TextEncoder().encode("so far"));
    assert(!("exitCode" in error) && !("exitCode" in error.partial!), "nobody knows it");
    assert(error.hint);
  });

  Deno.test(`bad input: a handle whose stream is cut ${where}`, async () => {
    const { sandbox } = fake((path) => path.endsWith("/SendSignal") ? empty() : response());
    const handle = await sandbox.commands.start(["true"]);
    let heard = "";
    await assertRefused(handle.wait({ onStdout: (text) => void (heard += text) }), "disconnected");
    assertEquals(heard, "so far");
    await assertRefused(handle.wait({ check: false }), "disconnected", "again");
    await assertRefused(Array.fromAsync(handle), "disconnected", "iteration");
    await assertRefused(new Response(handle.stdout).text(), "disconnected", "web stream");
    await handle[Symbol.asyncDispose]();
  });
}

Deno.test("bad input: a stream cut before its start event", async () => {
  for (const chunk of [new Uint8Array(0), started().subarray(0, 4)]) {
    const { sandbox } = fake(() => streaming(chunk));
    const error = await assertRefused(sandbox.commands.run(["true"]), "disconnected");
    assertEquals([error.pid, error.partial], [undefined, undefined]);
    await assertRefused(sandbox.commands.connectToProcess(7), "disconnected");
  }
});

Deno.test("bad input: a real connection that is cut in the middle of a frame", async () => {
  await using server = await serveHttp((_, response) => {
    response.writeHead(200, { "content-type": "application/connect+proto" });
    response.write(started());
    response.write(printed("so far"));
    response.write(printed("never whole").subarray(0, 9), () => response.destroy());
  });
  const sandbox = new RuntimeClient({ sandboxBaseUrl: server.url });
  const error = await assertRefused(sandbox.commands.run(["true"]), "disconnected");
  assert("so far".startsWith(error.partial?.stdout ?? ""), "an engine may drop what came last");
});

/** Answers that are no stream of a process. */
const GARBLED: Readonly<Record<string, () => Response>> = {
  "output before the start": () => streaming(printed("early"), started(), exited(), END),
  "an end before the start": () => streaming(exited(), END),
  "two starts": () => streaming(started(), started(), exited(), END),
  "no event at all": () => streaming(END),
  "no end event": () => streaming(started(), END),
  "a message that is none": () => streaming(started(), frame(0, new Uint8Array([255, 255, 255]))),
  "a compressed frame": () => streaming(started(), frame(1, new Uint8Array(3))),
  "an end frame that is no JSON": () => streaming(started(), frame(2, new TextEncoder().encode("bye"))),
};

for (const [what, response] of Object.entries(GARBLED)) {
  Deno.test(`bad input: a stream with ${what} is a protocol error`, async () => {
    const { sandbox } = fake((path) => path.endsWith("/SendSignal") ? empty() : response());
    const error = await assertRefused(sandbox.commands.run(["true"]), "protocol");
    assertEquals(error.retryable, false);
  });
}

Deno.test("bad input: a frame larger than allowed is refused by its header, and nothing more is read", async () => {
  for (const length of [64 * 1024 * 1024 + 1, 0xffffffff]) {
    let [read, cancelled] = [0, false];
    const header = frame(0, new Uint8Array(0), length);
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: (controller) => controller.enqueue([started(), header][read++] ?? new Uint8Array(1024)),
      cancel: () => void (cancelled = true),
    }, { highWaterMark: 0 });
    const { sandbox } = fake((path) =>
      path.endsWith("/Start")
        ? new Response(body, { headers: { "content-type": "application/connect+proto" } })
        : empty()
    );
    const error = await assertRefused(sandbox.commands.run(["true"]), "protocol");
    assert(error.message.includes(`${length}`), error.message);
    assertEquals([read <= 3, cancelled], [true, true]);
  }
});

Deno.test("bad input: maxFrameBytes is the limit of frames and of unary answers", async () => {
  const { sandbox } = fake((path) => {
    if (path.endsWith("/Start")) return streaming(started(), printed("x".repeat(200)), exited(), END);
    if (path.endsWith("/List")) return listed(...Array.from({ length: 100 }, (_, i) => i + 1));
    return path.endsWith("/SendSignal") ? empty() : Response.json({ LONG: "x".repeat(200) });
  }, { maxFrameBytes: 150 });
  await assertRefused(sandbox.commands.run(["true"]), "protocol", "a frame");
  await assertRefused(sandbox.commands.list(), "protocol", "a unary answer");
  await assertRefused(sandbox.envs(), "protocol", "JSON");
});

Deno.test("bad input: an error in the end frame is the error of the call", async () => {
  const error = new TextEncoder().encode(JSON.stringify({ error: { code: "internal", message: "oops" } }));
  const { sandbox } = fake(() => streaming(started(), printed("so far"), frame(2, error)));
  await assertRefused(sandbox.commands.run(["true"]), "internal");
});

Deno.test("bad input: frames may be cut anywhere on the way", async () => {
  const frames = [started(), printed("grün"), printed("€"), exited(3), END];
  const bytes = new Uint8Array(frames.flatMap((frame) => [...frame]));
  for (const size of [1, 2, 3, 7, 1000]) {
    const chunks = Array.from(
      { length: Math.ceil(bytes.length / size) },
      (_, i) => bytes.slice(i * size, (i + 1) * size),
    );
    const { sandbox } = fake(() => streaming(...chunks));
    const { stdout, exitCode } = await sandbox.commands.run(["true"], { check: false });
    assertEquals([stdout, exitCode], ["grün€", 3]);
  }
});

Deno.test("bad input: more output than allowed kills the command and is in the error", async () => {
  const end = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const { sandbox, paths } = fake((path) => {
    if (path.endsWith("/Start")) return streaming(started(), printed("0123456789"), printed("abc"), end.promise, END);
    end.resolve(KILLED);
    return empty();
  });
  const error = await assertRefused(sandbox.commands.run(["true"], { maxOutputBytes: 10 }), "output_limit");
  assertEquals(paths, ["/process.Process/Start", KILL_TREE]);
  assert(error.partial!.stdout.startsWith("0123"), error.partial!.stdout);
  assertEquals(error.partial!.stdoutBytes.length + error.partial!.truncatedBytes, 13);
  assert(error.hint?.includes("truncate"));
});

Deno.test("bad input: more output than allowed, of a real command", async () => {
  await using runtime = await startLocalRuntime();
  const { commands } = new RuntimeClient(runtime.clientOptions());
  const error = await assertRefused(commands.run("yes >&2", { maxOutputBytes: 5_000 }), "output_limit");
  assert(error.partial!.stderrBytes.length <= 5_000 && error.partial!.stderr.startsWith("y\ny\n"));
  assertEquals(await leftRunning({ commands }), []);
});
