/** Commands over TLS on this Deno; `exec_program.ts` runs the same cases on Bun and Node. */

import { assert, assertEquals } from "@std/assert";
import { isSandboxError } from "../../../mod.ts";
import { KubeClient } from "../../../src/k8s/mod.ts";
import { makeAuthority } from "../../gateway/certificates.ts";
import { frameOf, startRawServer } from "../sockets/raw_server.ts";
import { runExecCases } from "./exec_cases.ts";
import { assertHeldUp, clientOf, SUCCESS } from "./exec_tools.ts";

Deno.test("exec: over TLS with a private authority", async () => {
  assertEquals(await runExecCases(), []);
});

Deno.test("exec: an end that comes over TLS while nothing is read is seen", async () => {
  const authority = await makeAuthority("Servers");
  const total = 4 * 1024 * 1024;
  await using server = await startRawServer(
    async (call) => {
      const peer = call.accept();
      const frame = frameOf(2, new Uint8Array(32_769).fill(1));
      for (let sent = 0; sent < total; sent += 32_768) void peer.write(frame);
      void peer.send(3, SUCCESS);
      await peer.close();
    },
    undefined,
    await authority.issue({ names: ["127.0.0.1"] }),
  );
  await using kube = await clientOf(server, authority.cert);
  for (let i = 0; i < 4; i++) {
    const exec = await kube.exec({ pod: "box" }, ["cat"]);
    // The server has said everything, and closed, while this waits.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const waiting = exec.wait().then(({ stdout }) => stdout.length);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<string>((resolve) => timer = setTimeout(resolve, 15_000, "its end was not seen"));
    assertEquals(await Promise.race([waiting, late]), total);
    clearTimeout(timer);
  }
});

Deno.test("exec: what is not read holds the server up over TLS, too", async () => {
  const authority = await makeAuthority("Servers");
  await assertHeldUp(await authority.issue({ names: ["127.0.0.1"] }), authority.cert);
});

Deno.test("exec: a kubelet is checked against its own authority, also where the API server is not checked", async () => {
  const [authority, other] = [await makeAuthority("Servers"), await makeAuthority("Others")];
  const seen: string[] = [];
  await using kubelet = await startRawServer(
    async (call) => {
      seen.push(...call.lines.filter(([name]) => name === "authorization").map(([, value]) => value));
      const peer = call.accept();
      await peer.send(3, SUCCESS);
      await peer.close();
    },
    undefined,
    await authority.issue({ names: ["127.0.0.1"] }),
  );
  await using kube = await KubeClient.fromConfig({
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1", "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token: "secret" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
  const target = { pod: "box", container: "main", kubeletUrl: kubelet.url };
  const run = async (kubeletCa?: string) => await (await kube.exec({ ...target, kubeletCa }, ["ls"])).wait();
  const error = await run(other.cert).then(() => undefined, (error) => error);
  assert(isSandboxError(error, "tls"), `${error}`);
  assert(error.hint!.includes("kubeletCa"));
  const unusable = await run("no PEM").then(() => undefined, (error) => error);
  assertEquals(unusable.message, "Cannot connect to the kubelet: the certificates or the key cannot be used");
  assertEquals(seen, []);
  for (const ca of [undefined, authority.cert]) assertEquals((await run(ca)).exitCode, 0);
  assertEquals(seen, ["Bearer secret", "Bearer secret"]);
});

Deno.test("exec, ports: a server that repeats the token after the upgrade has it in no error", async () => {
  const authority = await makeAuthority("Servers");
  const token = "secret+/token";
  const encoded = btoa(token).replace(/=+$/, "");
  await using server = await startRawServer(
    async (call) => {
      const words = `${call.lines.find(([name]) => name === "authorization")?.[1]} ${encoded}`;
      const peer = call.accept(call.protocols[0]);
      if (call.path.includes("/status/")) {
        await peer.send(3, JSON.stringify({ status: "Failure", reason: "InternalError", message: `not ${words}` }));
      }
      if (call.path.includes("/portforward")) {
        for (const channel of [0, 1]) await peer.send(channel, "\x50\x00");
        await peer.send(1, `not ${words}`);
      }
      await peer.close(call.path.includes("/closed/") ? 1008 : 1000, `not ${words}`);
    },
    undefined,
    await authority.issue({ names: ["127.0.0.1"] }),
  );
  await using kube = await KubeClient.fromConfig({
    clusters: [{ name: "c", cluster: { server: server.url, "certificate-authority-data": btoa(authority.cert) } }],
    users: [{ name: "u", user: { token } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    "current-context": "x",
  });
  for (const pod of ["status", "closed", "ports"]) {
    const error = await (async () => {
      if (pod !== "ports") return void await (await kube.exec({ pod, container: "main" }, ["ls"])).wait();
      const connection = await kube.portForward({ pod, container: "main" }, 80).connect();
      for await (const _ of connection.readable);
    })().then(() => undefined, (error) => error);
    assert(isSandboxError(error), `${pod}: ${error}`);
    assert(error.message.includes("not *** ***"), error.message);
    const shown = Deno.inspect(error, { depth: 9 });
    assert(!shown.includes(token) && !shown.includes(encoded), shown);
  }
});
