import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { CALLS, empty, END, exited, fake, KILL_TREE, KILLED, printed, started, streaming } from "./fake.ts";
import { leftRunning } from "../conformance/tools.ts";

type Chunk = Uint8Array<ArrayBuffer>;

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then((value) => {
    throw new Error(`expected a rejection, got ${value}`);
  }, (error) => error);
}

/** A daemon with one process, which prints what it is told to and ends when it is killed. */
function oneProcess(...chunks: (Chunk | Promise<Chunk>)[]) {
  const end = Promise.withResolvers<Chunk>();
  const asked = Promise.withResolvers<void>();
  const made = fake((path) => {
    if (path.endsWith("/Start")) {
      asked.resolve();
      return streaming(...chunks, end.promise, END);
    }
    if (path.endsWith("/SendSignal")) end.resolve(KILLED);
    return empty();
  });
  return {
    ...made,
    asked: asked.promise,
    kills: () => made.paths.filter((path) => path === KILL_TREE).length,
  };
}

Deno.test("abort: before the call, no request is made and the reason is the caller's", async () => {
  const { sandbox, paths } = fake(() => empty());
  const reason = new Error("mine");
  const signal = AbortSignal.abort(reason);
  const { commands, files } = sandbox;
  const calls = [
    commands.run(["true"], { signal }),
    commands.run(["cat"], { signal, stdin: "data" }),
    commands.start("true", { signal }),
    commands.connectToProcess({ tag: "x" }, { signal }),
    commands.list({ signal }),
    files.read("/x", { signal }),
    files.write("/x", "text", { signal }),
    files.write("/x", new Blob(["text"]).stream(), { signal }),
    sandbox.health({ signal }),
  ];
  for (const error of await Promise.all(calls.map(rejection))) assertStrictEquals(error, reason);
  assertEquals(paths, []);
});

Deno.test("abort: before the start event, the process is killed as soon as it has started", async () => {
  const start = Promise.withResolvers<Chunk>();
  const { sandbox, requests, asked, kills } = oneProcess(start.promise);
  const controller = new AbortController();
  const reason = new Error("mine");
  const running = rejection(sandbox.commands.run(["sleep", "600"], { signal: controller.signal }));
  await asked;
  controller.abort(reason);
  assertEquals(requests[0]!.signal.aborted, false, "the stream is not cut: that would leave a ghost");
  start.resolve(started());
  assertStrictEquals(await running, reason);
  assertEquals(kills(), 1);
});

Deno.test("abort: during output, the process is killed and its stream read to the end", async () => {
  const { sandbox, requests, kills } = oneProcess(started(), printed("some"));
  const controller = new AbortController();
  const reason = new Error("mine");
  const running = sandbox.commands.run(["yes"], {
    signal: controller.signal,
    onStdout: () => controller.abort(reason),
  });
  assertStrictEquals(await rejection(running), reason);
  assertEquals([kills(), requests[0]!.signal.aborted], [1, false]);
});

Deno.test("abort: while nothing happens", async () => {
  const { sandbox, kills } = oneProcess(started());
  const controller = new AbortController();
  await using handle = await sandbox.commands.start(["sleep", "600"], { signal: controller.signal });
  const reason = new Error("mine");
  controller.abort(reason);
  const waits = [
    handle.wait(),
    handle.wait({ check: false }),
    Array.fromAsync(handle),
    new Response(handle.stdout).text(),
  ];
  for (const error of await Promise.all(waits.map(rejection))) assertStrictEquals(error, reason);
  assertEquals(kills(), 1);
});

Deno.test("abort: after the end, nothing is sent and the result stays", async () => {
  const { sandbox, paths } = fake(() => streaming(started(), printed("done"), exited(), END));
  const controller = new AbortController();
  const handle = await sandbox.commands.start(["true"], { signal: controller.signal });
  assertEquals((await handle.wait()).stdout, "done");
  const result = await sandbox.commands.run(["true"], { signal: controller.signal });
  controller.abort();
  assertEquals([result.stdout, (await handle.wait()).stdout], ["done", "done"]);
  assertEquals(paths, ["/process.Process/Start", "/process.Process/Start"]);
});

Deno.test("abort: of one request ends that request", async () => {
  for (const [what, call] of Object.entries(CALLS)) {
    if (what === "a stream") continue; // it is killed instead, see above
    const arrived = Promise.withResolvers<void>();
    const { sandbox } = fake((_, request) =>
      new Promise((_, reject) => {
        arrived.resolve();
        request.signal.addEventListener("abort", () => reject(request.signal.reason));
      }), { user: "root" });
    const controller = new AbortController();
    const reason = new Error("mine");
    const view = withSignal(sandbox, controller.signal);
    const calling = rejection(call(view));
    await arrived.promise;
    controller.abort(reason);
    assertStrictEquals(await calling, reason, what);
  }
});

/** The client with a signal in the last argument of every call. */
function withSignal(sandbox: RuntimeClient, signal: AbortSignal): RuntimeClient {
  const { commands, files } = sandbox;
  return {
    commands: {
      list: () => commands.list({ signal }),
      connectToProcess: (pid: number) => commands.connectToProcess(pid, { signal }),
    },
    files: {
      getInfo: (path: string) => files.getInfo(path, { signal }),
      read: (path: string) => files.read(path, { signal }),
      write: (path: string, data: string) => files.write(path, data, { signal }),
    },
    metrics: () => sandbox.metrics({ signal }),
  } as unknown as RuntimeClient;
}

for (const version of ["0.2.10", "0.6.13"] as const) {
  Deno.test(`abort and failing callbacks leave no process behind, ${version}`, async () => {
    await using runtime = await startLocalRuntime({ version });
    const { commands } = new RuntimeClient(runtime.clientOptions());
    const mine = new Error("mine");

    assertStrictEquals(
      await rejection(commands.run("yes", { onStdout: () => Promise.reject(mine) })),
      mine,
      "a callback that rejects",
    );
    assertStrictEquals(
      await rejection(commands.run("yes >&2", {
        onStderr: () => {
          throw mine;
        },
      })),
      mine,
      "a callback that throws",
    );
    for (const stdin of [undefined, "data", true]) {
      const controller = new AbortController();
      const running = rejection(commands.run("yes", {
        stdin,
        signal: controller.signal,
        onStdout: () => controller.abort(mine),
      }));
      assertStrictEquals(await running, mine, "an abort during output");
    }
    for (const stdin of [undefined, "data", true]) {
      const controller = new AbortController();
      const running = rejection(commands.run(["sleep", "600"], { stdin, signal: controller.signal }));
      controller.abort(mine);
      assertStrictEquals(await running, mine, "an abort before the start");
    }
    await assertRejects(() => commands.run(["sleep", "600"], { signal: AbortSignal.timeout(100) }), DOMException);
    assertEquals(await leftRunning({ commands }), []);
  });
}

async function* failingSource(error: Error): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(new TextEncoder().encode("the beginning"));
  throw error;
}

Deno.test("input whose source fails rejects with the source's error, and the command is killed", async () => {
  for (const version of ["0.2.10", "0.6.13"] as const) {
    await using runtime = await startLocalRuntime({ version });
    const { commands } = new RuntimeClient(runtime.clientOptions());
    const mine = new Error("mine");
    assertStrictEquals(await rejection(commands.run(["cat"], { stdin: failingSource(mine) })), mine, version);
    assertEquals(await leftRunning({ commands }), [], version);
  }
});
