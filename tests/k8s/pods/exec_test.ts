/** Commands in containers, against a server that says byte by byte what a real one would. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { CommandExitError, isSandboxError, OutputLimitError } from "../../../mod.ts";
import { frameOf, startRawServer } from "../sockets/raw_server.ts";
import { assertHeldUp, clientOf, exited, SUCCESS } from "./exec_tools.ts";

Deno.test("exec: output, exit code and the request", async () => {
  const paths: string[] = [];
  await using server = await startRawServer(async (call) => {
    paths.push(call.path);
    assertEquals(call.protocols, ["v5.channel.k8s.io", "v4.channel.k8s.io"]);
    const peer = call.accept();
    await peer.send(1, "");
    await peer.send(2, "err\n");
    await peer.send(1, "out\n");
    await peer.send(3, exited(3));
    await peer.close();
  });
  await using kube = await clientOf(server);
  const exec = await kube.exec({ pod: "box" }, ["sh", "-c", "a b&c"]);
  const result = await exec.wait({ check: false });
  assertEquals([result.exitCode, result.stdout, result.stderr], [3, "out\n", "err\n"]);
  assertEquals(result.error, "command terminated with non-zero exit code: command terminated with exit code 3");
  assert(!("pid" in result));
  assertEquals(paths, [
    "/api/v1/namespaces/default/pods/box/exec?command=sh&command=-c&command=a+b%26c&stdout=true&stderr=true",
  ]);
  const error = await assertRejects(() => exec.wait(), CommandExitError);
  assertEquals(error.message, 'Cannot complete command "sh" in the pod "default/box": exit code 3: err');
  await exec.close();
});

Deno.test("exec: standard input is fed in order and ended", async () => {
  const frames: (readonly [number, string])[] = [];
  await using server = await startRawServer(async (call) => {
    assertEquals(call.protocols, ["v5.channel.k8s.io"]);
    const peer = call.accept();
    do frames.push(await peer.message()); while (frames.at(-1)![0] !== 255);
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  await using kube = await clientOf(server);
  const data = "x".repeat(100_000);
  const exec = await kube.exec({ pod: "box" }, ["cat"], { stdin: data });
  assertEquals((await exec.wait()).exitCode, 0);
  assertEquals(frames.map(([channel, text]) => [channel, text.length]), [[0, 65_536], [0, 34_464], [255, 1]]);
  assertEquals(frames.at(-1)![1], "\0");
});

Deno.test("exec: an open standard input is written to by the caller", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    const [, first] = await peer.message();
    await peer.send(1, first.toUpperCase());
    assertEquals(await peer.message(), [255, "\0"]);
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  await using kube = await clientOf(server);
  const exec = await kube.exec({ pod: "box" }, ["cat"], { stdin: true });
  const writer = exec.stdin.getWriter();
  await writer.write("hello");
  await writer.close();
  assertEquals((await exec.wait()).stdout, "HELLO");
});

Deno.test("exec: v4 cannot end the input", async () => {
  await using server = await startRawServer(async (call) => {
    if (!call.protocols.includes("v4.channel.k8s.io")) return call.refuse(403, "");
    const peer = call.accept("v4.channel.k8s.io");
    const [, first] = await peer.message();
    await peer.send(1, first);
    await peer.send(3, '{"status":"Success"}');
    await peer.close();
  });
  await using kube = await clientOf(server);
  const refused = await assertRejects(() => kube.exec({ pod: "box" }, ["cat"], { stdin: "data" }));
  assert(isSandboxError(refused, "unsupported"));
  assert(refused.hint!.includes("stdin: true"));
  const exec = await kube.exec({ pod: "box" }, ["head", "-c", "5"], { stdin: true });
  const writer = exec.stdin.getWriter();
  const error = await assertRejects(async () => {
    await writer.write("hello");
    await writer.close();
  });
  assert(isSandboxError(error, "unsupported"));
  assertEquals((await exec.wait()).stdout, "hello");
});

Deno.test("exec: a terminal has a size and no standard error", async () => {
  let path = "";
  await using server = await startRawServer(async (call) => {
    path = call.path;
    const peer = call.accept();
    assertEquals(await peer.message(), [4, '{"Width":101,"Height":37}']);
    assertEquals(await peer.message(), [4, '{"Width":80,"Height":24}']);
    await peer.send(3, exited(137));
    await peer.close();
  });
  await using kube = await clientOf(server);
  const exec = await kube.exec({ pod: "box", container: "main" }, ["sh"], {
    tty: true,
    stdin: true,
    size: { cols: 101, rows: 37 },
  });
  await exec.resize({ cols: 80, rows: 24 });
  assertEquals((await exec.wait({ check: false })).exitCode, 137);
  assertEquals(
    path,
    "/api/v1/namespaces/default/pods/box/exec?command=sh&container=main&stdin=true&stdout=true&tty=true",
  );
});

Deno.test("exec: input that the caller gives up ends the command with an error", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    while ((await peer.next())?.opcode === 0) continue;
    await peer.close();
  });
  await using kube = await clientOf(server);
  for (const reason of [new Error("mine"), undefined]) {
    const exec = await kube.exec({ pod: "box" }, ["cat"], { stdin: true });
    await exec.stdin.abort(reason);
    const error = await exec.wait().catch((error) => error);
    assertEquals(error?.name, reason?.name ?? "AbortError");
  }
});

Deno.test("exec: a signal ends everything with its own reason", async () => {
  let closed!: () => void;
  const gone = new Promise<void>((resolve) => closed = resolve);
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    await peer.send(1, "first");
    const frame = await peer.next();
    assertEquals(frame?.opcode, 8);
    await peer.close();
    closed();
  });
  await using kube = await clientOf(server);
  const controller = new AbortController();
  const exec = await kube.exec({ pod: "box" }, ["ls"], { signal: controller.signal, stdin: true });
  const reader = exec.stdout.getReader();
  assertEquals(new TextDecoder().decode((await reader.read()).value), "first");
  const reason = new Error("enough");
  const waiting = exec.wait();
  controller.abort(reason);
  assertEquals(await waiting.catch((error) => error), reason);
  assertEquals(await reader.read().catch((error) => error), reason);
  assertEquals(await exec.stdin.getWriter().write("x").catch((error) => error), reason);
  await gone;
  const aborted = AbortSignal.abort(reason);
  assertEquals(await kube.exec({ pod: "box" }, ["ls"], { signal: aborted }).catch((error) => error), reason);
});

Deno.test("exec: a signal of wait ends the waiting only", async () => {
  let go!: () => void;
  const may = new Promise<void>((resolve) => go = resolve);
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    await may;
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  await using kube = await clientOf(server);
  const exec = await kube.exec({ pod: "box" }, ["ls"]);
  const controller = new AbortController();
  const waiting = exec.wait({ signal: controller.signal });
  controller.abort("later");
  assertEquals(await waiting.catch((reason) => reason), "later");
  go();
  assertEquals((await exec.wait()).exitCode, 0);
});

Deno.test("exec: input that the command does not want is given up", async () => {
  let cancelled!: () => void;
  const given = new Promise<void>((resolve) => cancelled = resolve);
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  await using kube = await clientOf(server);
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
    cancel: () => cancelled(),
  }, { highWaterMark: 0 });
  const exec = await kube.exec({ pod: "box" }, ["true"], { stdin: endless });
  assertEquals((await exec.wait()).exitCode, 0);
  await given;
});

Deno.test("exec: input that fails ends the command's connection", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    let frame = await peer.next();
    while (frame !== undefined && frame.opcode !== 8) {
      assert(frame.data[0] !== 255, "the input must not seem whole");
      frame = await peer.next();
    }
    await peer.close();
  });
  await using kube = await clientOf(server);
  const failure = new Error("the disk is gone");
  const exec = await kube.exec({ pod: "box" }, ["tar", "x"], {
    stdin: (async function* () {
      yield new Uint8Array(10);
      await Promise.resolve();
      throw failure;
    })(),
  });
  assertEquals(await exec.wait().catch((error) => error), failure);
});

Deno.test("exec: what is not read holds the server up, and nothing is lost", async () => {
  await assertHeldUp();
});

Deno.test("exec: output that never stops is limited", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    const frame = frameOf(2, new Uint8Array(1001).fill(1));
    let isOpen = true;
    const closing = peer.next().then((last) => {
      isOpen = false;
      assertEquals(last?.opcode, 8);
    });
    while (isOpen) {
      await Promise.race([peer.write(frame), closing]);
      // Client and server share a loop: each gets its turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await peer.close();
  });
  await using kube = await clientOf(server);
  const exec = await kube.exec({ pod: "box" }, ["yes"]);
  const error = await assertRejects(
    () => exec.wait({ maxOutputBytes: 10_000, overflow: "throw" }),
    OutputLimitError,
  );
  assertEquals(error.partial?.stdoutBytes.byteLength, 10_000);
});

Deno.test("exec: streams that are read right after wait get everything, kept or not", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    for (let i = 0; i < 100; i++) await peer.send(1, `${i} `);
    await peer.send(2, "error");
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  await using kube = await clientOf(server);
  for (const [options, length] of [[{}, 290], [{ capture: false }, 0], [{ maxOutputBytes: 10 }, 10]] as const) {
    const exec = await kube.exec({ pod: "box" }, ["seq"]);
    const waiting = exec.wait(options);
    const [stdout, stderr] = await Promise.all([new Response(exec.stdout).text(), new Response(exec.stderr).text()]);
    assertEquals([stdout.split(" ").length, stderr], [101, "error"]);
    const result = await waiting;
    assertEquals(result.stdout.length, length);
    await assertRejects(() => exec.wait({ maxOutputBytes: 20 }), TypeError);
  }
});

Deno.test("exec: callbacks get text in order, and what they throw rejects", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    const bytes = new TextEncoder().encode("grün");
    for (const byte of bytes) await peer.send(1, Uint8Array.of(byte));
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  await using kube = await clientOf(server);
  let text = "";
  const first = await kube.exec({ pod: "box" }, ["cat"]);
  await first.wait({ onStdout: async (piece) => void (text += await Promise.resolve(piece)) });
  assertEquals(text, "grün");
  const second = await kube.exec({ pod: "box" }, ["cat"]);
  const failure = new Error("mine");
  const error = await second.wait({ onStdout: () => Promise.reject(failure) }).catch((error) => error);
  assertEquals(error, failure);
});

Deno.test("exec: misuse is refused before anything is asked", async () => {
  await using server = await startRawServer(() => {
    throw new Error("nothing is asked");
  });
  await using kube = await clientOf(server);
  const wrong = { pod: "box" };
  await assertRejects(() => kube.exec(wrong, "ls" as never), TypeError);
  await assertRejects(() => kube.exec(wrong, []), TypeError);
  await assertRejects(() => kube.exec(wrong, ["a\0b"]), TypeError);
  await assertRejects(() => kube.exec(wrong, ["rm", "half a \ud83c"]), TypeError);
  await assertRejects(() => kube.exec(wrong, ["ls"], { verified: "no" as never }), TypeError);
  await assertRejects(() => kube.exec(wrong, ["ls"], { tty: 1 as never }), TypeError);
  await assertRejects(() => kube.exec({ pod: "../x" }, ["ls"]), RangeError);
  await assertRejects(() => kube.exec({ pod: "" }, ["ls"]), TypeError);
  await assertRejects(() => kube.exec({ pod: "box", container: "-x" }, ["ls"]), RangeError);
  await assertRejects(() => kube.exec({ pod: "box", kubeletCa: "x" }, ["ls"]), TypeError);
  await assertRejects(() => kube.exec({ pod: "box", kubeletUrl: "ftp://x" }, ["ls"]), RangeError);
  await assertRejects(() => kube.exec(wrong, ["ls"], { size: { cols: 1, rows: 1 } }), TypeError);
  await assertRejects(() => kube.exec(wrong, ["ls"], { tty: true, size: { cols: 0, rows: 1 } }), RangeError);
  await assertRejects(() => kube.exec(wrong, ["ls"], { stdin: 5 as never }), TypeError);
  assertEquals(server.requests, []);
});
