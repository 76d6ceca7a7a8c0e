/** A command whose end is proven by its own mark. */

import { assert, assertEquals } from "@std/assert";
import { DisconnectedError } from "../../../mod.ts";
import { KubeClient } from "../../../src/k8s/mod.ts";
import { EndMark, markedCommand } from "../../../src/k8s/pods/exec/end_mark.ts";
import { startPods } from "../../testing/kube/pods/pod_tools.ts";
import { startRawServer } from "../sockets/raw_server.ts";
import { clientOf, exited, SUCCESS } from "./exec_tools.ts";

function markOf(path: string): string {
  return new URL(path, "http://x").searchParams.getAll("command")[4]!;
}

Deno.test("exec verified: output, exit code and arguments are as without", async () => {
  await using fake = await startPods();
  await using listener = await fake.listen();
  await using kube = await KubeClient.fromConfig(listener.config);
  for (const pod of ["box", "box-spdy"]) {
    for (
      const [command, ...wanted] of [
        [["sh", "-c", 'printf "$1"; echo err >&2; exit 5', "sh", "a  b"], 5, "a  b", "err\n"],
        [["true"], 0, "", ""],
        [["sh", "-c", "kill -9 $$"], 137, "", /Killed|^$/],
        // What a shell would do by itself is done by the program of that name.
        [["echo", "a\\nb"], 0, "a\\nb\n", ""],
        [["no-such-command"], 127, "", /^sh: .*not found\n$/],
        [["-n"], 127, "", /not found/],
        [["head", "-c", "100000", "/dev/zero"], 0, "\0".repeat(100_000), ""],
      ] as const
    ) {
      const exec = await kube.exec({ pod }, command, { verified: true });
      const { exitCode, stdout, stderr } = await exec.wait({ check: false });
      assertEquals([exitCode, stdout], [wanted[0], wanted[1]]);
      if (typeof wanted[2] === "string") assertEquals(stderr, wanted[2]);
      else assert(wanted[2].test(stderr) && !stderr.includes("end-"), stderr);
      await exec.close();
    }
  }
});

Deno.test("exec verified: on a terminal nothing is left of the mark", async () => {
  await using fake = await startPods();
  await using listener = await fake.listen();
  await using kube = await KubeClient.fromConfig(listener.config);
  for (const pod of ["box", "box-spdy"]) {
    const exec = await kube.exec({ pod }, ["sh", "-c", "echo hi; exit 4"], { verified: true, tty: true });
    const { exitCode, stdout } = await exec.wait({ check: false });
    assertEquals([exitCode, stdout], [4, "hi\r\n"]);
  }
});

Deno.test("exec verified: success without the mark is a cut", async () => {
  await using server = await startRawServer(async (call) => {
    const mark = markOf(call.path);
    const peer = call.accept();
    await peer.send(1, "half");
    // On one of the streams only.
    if (call.path.includes("/one/")) await peer.send(1, `${mark}000`);
    if (call.path.includes("/other/")) await peer.send(1, `${"end-".padEnd(mark.length, "0")}000`);
    await peer.send(3, SUCCESS);
    await peer.close();
  });
  await using kube = await clientOf(server);
  for (const pod of ["none", "one", "other"]) {
    const exec = await kube.exec({ pod }, ["make"], { verified: true });
    const error = await exec.wait().catch((error) => error);
    assert(error instanceof DisconnectedError, `${pod}: ${error}`);
    assert(error.message.endsWith("the mark of its end is missing, so it was cut"));
    assert(error.partial!.stdout.startsWith("half"));
  }
  const plain = await kube.exec({ pod: "none" }, ["make"]);
  assertEquals((await plain.wait()).stdout, "half");
});

Deno.test("exec verified: the mark proves the end also where the status is lost or wrong", async () => {
  await using server = await startRawServer(async (call) => {
    const mark = markOf(call.path);
    const peer = call.accept();
    const code = call.path.includes("/wrong/") ? "007" : "000";
    // Cut into pieces, with output in front of it.
    for (const char of `whole${mark}${code}`) await peer.send(1, char);
    await peer.send(2, `${mark}${code}`);
    if (call.path.includes("/wrong/")) await peer.send(3, SUCCESS);
    if (call.path.includes("/shell/")) await peer.send(3, exited(9));
    peer.cut();
  });
  await using kube = await clientOf(server);
  const results = [];
  for (const pod of ["lost", "wrong"]) {
    const exec = await kube.exec({ pod }, ["make"], { verified: true });
    const { exitCode, stdout, stderr } = await exec.wait({ check: false });
    results.push([exitCode, stdout, stderr]);
  }
  assertEquals(results, [[0, "whole", ""], [7, "whole", ""]]);
});

Deno.test("the mark of an end is found however the output is cut", () => {
  const encoder = new TextEncoder();
  const text = encoder.encode("some output, and more of itMARK042");
  for (let size = 1; size <= text.byteLength; size++) {
    const mark = new EndMark("MARK");
    let out = "";
    for (let at = 0; at < text.byteLength; at += size) {
      out += new TextDecoder().decode(mark.push(text.slice(at, at + size)));
    }
    assertEquals([out, mark.end()], ["some output, and more of it", { exitCode: 42 }], `pieces of ${size}`);
  }
});

Deno.test("only what can be the mark of an end is held back, and is output if it is none", () => {
  const encoder = new TextEncoder();
  const held = (...pieces: readonly string[]) => {
    const mark = new EndMark("MARK");
    const given = pieces.map((piece) => new TextDecoder().decode(mark.push(encoder.encode(piece))));
    const end = mark.end();
    return [...given, "rest" in end ? new TextDecoder().decode(end.rest) : end.exitCode];
  };
  assertEquals(held("abc"), ["abc", ""]);
  assertEquals(held("abcMA"), ["abc", "MA"]);
  assertEquals(held("abcMA", "x"), ["abc", "MAx", ""]);
  assertEquals(held("MMARK", "MARK0", "07"), ["M", "MARK", "", 7]);
  assertEquals(held("MARK00", "x"), ["", "MARK00x", ""]);
  assertEquals(held("MARK000", "MARK012"), ["", "MARK000", 12]);
  assertEquals(held("MARK0000"), ["MARK0000", ""]);
  assertEquals(held("MARK00"), ["", "MARK00"]);
});

Deno.test("a marked command is run by a shell", () => {
  assertEquals(markedCommand(["a", "b"], "M", false).slice(3), ["sh", "M", "a", "b"]);
});
