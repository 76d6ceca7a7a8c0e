/** What the end of a command is taken for, and what is none. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { DisconnectedError, isSandboxError } from "../../../mod.ts";
import { frameOf, startRawServer } from "../sockets/raw_server.ts";
import { clientOf, exited, SUCCESS } from "./exec_tools.ts";

Deno.test("exec: a connection that is cut at any byte is no exit code", async () => {
  const answer = [
    frameOf(2, new TextEncoder().encode("\x01out")),
    frameOf(2, new TextEncoder().encode(`\x03${SUCCESS}`)),
  ];
  const bytes = new Uint8Array(answer.flatMap((frame) => [...frame]));
  let cutAt = 0;
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    if (cutAt > 0) await peer.write(bytes.subarray(0, cutAt));
    peer.cut();
  });
  await using kube = await clientOf(server);
  for (cutAt = 0; cutAt < bytes.byteLength; cutAt++) {
    const exec = await kube.exec({ pod: "box" }, ["ls"]);
    const error = await assertRejects(() => exec.wait(), DisconnectedError, undefined, `cut at ${cutAt}`);
    assertEquals(error.message, 'Cannot run command "ls" in the pod "default/box": the connection was lost');
    assertEquals(error.partial?.stdout, cutAt >= answer[0]!.byteLength ? "out" : "");
    await exec.close();
  }
  // The status is whole: what is missing is only the close frame.
  const exec = await kube.exec({ pod: "box" }, ["ls"]);
  assertEquals((await exec.wait()).stdout, "out");
});

Deno.test("exec: a socket that closes without a status is no exit code", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept("v4.channel.k8s.io");
    await peer.send(1, "half");
    await peer.close(call.path.includes("odd") ? 1011 : 1000, "gone away");
  });
  await using kube = await clientOf(server);
  const plain = await (await kube.exec({ pod: "box" }, ["ls"])).wait().catch((error) => error);
  assertInstanceOf(plain, DisconnectedError);
  assertEquals(
    plain.message,
    'Cannot run command "ls" in the pod "default/box": the connection was closed before its ' +
      "end was told",
  );
  assertEquals(plain.partial?.stdout, "half");
  const odd = await (await kube.exec({ pod: "odd" }, ["ls"])).wait().catch((error) => error);
  assert(odd.message.includes("(1011 gone away)"));
});

Deno.test("exec: text, garbage and a status that is none are broken protocol", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    if (call.path.includes("text")) {
      await peer.write(frameOf(1, new TextEncoder().encode("\x01hello")));
      assertEquals((await peer.next())?.opcode, 8);
      await peer.close();
    } else if (call.path.includes("garbage")) await peer.write(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    else {
      await peer.send(3, "no json");
      await peer.close();
    }
  });
  await using kube = await clientOf(server);
  for (const pod of ["text", "garbage", "status"]) {
    const exec = await kube.exec({ pod }, ["ls"]);
    const error = await exec.wait().catch((error) => error);
    assert(isSandboxError(error, "protocol"), `${pod}: ${error}`);
    await exec.close();
  }
});

Deno.test("exec: a status in several messages", async () => {
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    const text = exited(7);
    for (let at = 0; at < text.length; at += 10) await peer.send(3, text.slice(at, at + 10));
    await peer.close();
  });
  await using kube = await clientOf(server);
  const exec = await kube.exec({ pod: "box" }, ["ls"]);
  assertEquals((await exec.wait({ check: false })).exitCode, 7);
});

Deno.test("exec: a status that contradicts itself is no exit code", async () => {
  const exits = new Map([
    ["zero", exited(0)],
    ["large", exited(256)],
    ["negative", exited(-1)],
    ["none", '{"status":"Failure","reason":"NonZeroExitCode"}'],
    ["twice", SUCCESS + SUCCESS],
    ["both", SUCCESS + exited(3)],
    ["half", SUCCESS.slice(0, -1)],
  ]);
  await using server = await startRawServer(async (call) => {
    const peer = call.accept();
    await peer.send(3, exits.get(call.path.split("/")[6]!)!);
    await peer.close();
  });
  await using kube = await clientOf(server);
  const codes: string[] = [];
  for (const pod of exits.keys()) {
    const exec = await kube.exec({ pod }, ["ls"]);
    const error = await exec.wait({ check: false }).catch((error) => error);
    assert(isSandboxError(error), `${pod}: ${JSON.stringify(error)}`);
    codes.push(error.code);
  }
  assertEquals(codes, [...Array(4).fill("kube_status"), ...Array(3).fill("protocol")]);
});
