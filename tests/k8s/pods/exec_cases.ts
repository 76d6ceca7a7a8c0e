/** Commands over TLS with a private authority, for every runtime: each case is a server and a client in one program. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { isSandboxError } from "../../../mod.ts";
import { KubeClient } from "../../../src/k8s/mod.ts";
import { type FakeKube, startFakeKube } from "../../../src/testing/mod.ts";
import { makeAuthority } from "../../gateway/certificates.ts";
import { pod } from "../../testing/kube/pods/pod_tools.ts";

/** A case; it rejects with what is wrong. */
export interface ExecCase {
  readonly name: string;
  run(kube: KubeClient, fake: FakeKube, as: (user: string) => Promise<KubeClient>): Promise<void>;
}

const MIB = 1024 * 1024;

/** All of them. */
export const EXEC_CASES: readonly ExecCase[] = [
  {
    name: "output and exit code",
    async run(kube) {
      for (const pod of ["box", "box-spdy"]) {
        const exec = await kube.exec({ pod }, ["sh", "-c", "echo out; echo err >&2; exit 3"]);
        const { exitCode, stdout, stderr } = await exec.wait({ check: false });
        deepEqual([exitCode, stdout, stderr], [3, "out\n", "err\n"]);
        await exec.close();
      }
    },
  },
  {
    name: "arguments of any kind",
    async run(kube) {
      const words = ["-n", 'it\'s "quoted"', "two\nlines\t", "$HOME `id` $(id) \\", "", "*", "grün 🌱", "a+b&c=d%20#e"];
      for (const verified of [false, true]) {
        const exec = await kube.exec({ pod: "box" }, ["sh", "-c", "printf '%s|' \"$@\"", "sh", ...words], { verified });
        equal((await exec.wait()).stdout, words.map((word) => `${word}|`).join(""));
      }
    },
  },
  {
    name: "input, its end, and a proven end",
    async run(kube) {
      const stdin = new Uint8Array(4 * MIB).fill(97);
      const exec = await kube.exec({ pod: "box" }, ["wc", "-c"], { stdin, verified: true });
      equal((await exec.wait()).stdout.trim(), String(4 * MIB));
    },
  },
  {
    name: "output that is read slowly arrives whole, and so does its end",
    async run(kube) {
      const exec = await kube.exec({ pod: "box" }, ["head", "-c", String(24 * MIB), "/dev/zero"]);
      const reader = exec.stdout.getReader();
      let bytes = 0;
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        bytes += next.value.byteLength;
        if (bytes % MIB < 32_768) await new Promise((resolve) => setTimeout(resolve, 1));
      }
      equal(bytes, 24 * MIB);
      equal((await exec.wait()).exitCode, 0);
    },
  },
  {
    name: "many at once",
    async run(kube) {
      const codes = Array.from({ length: 30 }, (_, i) => i);
      const ended = codes.map(async (code) => {
        const exec = await kube.exec({ pod: "box" }, ["sh", "-c", `exit ${code}`]);
        return (await exec.wait({ check: false })).exitCode;
      });
      deepEqual(await Promise.all(ended), codes);
    },
  },
  {
    name: "an abort",
    async run(kube) {
      const controller = new AbortController();
      const exec = await kube.exec({ pod: "box" }, ["sh", "-c", "echo first; cat"], {
        stdin: true,
        signal: controller.signal,
      });
      const reader = exec.stdout.getReader();
      equal(new TextDecoder().decode((await reader.read()).value), "first\n");
      controller.abort("enough");
      equal(await exec.wait().then(() => "", (reason) => reason), "enough");
      equal(await reader.read().then(() => "", (reason) => reason), "enough");
      await exec.close();
    },
  },
  {
    name: "why a server refuses",
    async run(_, __, as) {
      await using kube = await as("viewer");
      const error = await kube.exec({ pod: "box" }, ["ls"]).then(() => undefined, (error) => error);
      ok(isSandboxError(error, "kube_status"), String(error));
      equal(error.status, 403);
      ok(error.message.includes('User "viewer" cannot get resource "pods/exec"'), error.message);
      ok(error.hint?.includes('"create" on pods/exec in the namespace "default"'), error.hint);
    },
  },
  {
    name: "many connections to a port at a time, and no warning of a leak",
    async run(kube) {
      const warnings: string[] = [];
      const onWarning = ({ message }: Error) => void warnings.push(message);
      const server = createServer((socket) => void socket.pipe(socket));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      process.on("warning", onWarning);
      {
        await using forward = kube.portForward({ pod: "box" }, (server.address() as { port: number }).port);
        await Promise.all(Array.from({ length: 20 }, async (_, index) => {
          const { readable, writable } = await forward.connect();
          await writable.getWriter().write(new Uint8Array([index]));
          deepEqual((await readable.getReader().read()).value, new Uint8Array([index]));
        }));
      }
      // Warnings are told a moment later.
      await new Promise((resolve) => setTimeout(resolve));
      process.off("warning", onWarning);
      server.close();
      deepEqual(warnings, []);
    },
  },
];

/** Runs all of them, and gives what failed. */
export async function runExecCases(): Promise<readonly string[]> {
  const authority = await makeAuthority("Servers");
  const tls = { ...await authority.issue({ names: ["127.0.0.1"] }), ca: authority.cert };
  await using fake = await startFakeKube({
    objects: [pod("box"), pod("box-spdy", { node: "node-spdy" })],
    nodes: [{ name: "node-spdy", webSockets: false }],
    users: [{ name: "admin" }, { name: "viewer", rules: [{ resources: ["sandboxes"], verbs: ["get"] }] }],
  });
  await using listener = await fake.listen({ tls });
  const as = (user: string) => KubeClient.fromConfig(listener.configOf(user));
  await using kube = await as("admin");
  const failed: string[] = [];
  for (const { name, run } of EXEC_CASES) {
    await run(kube, fake, as).catch((error) => failed.push(`${name}: ${error?.stack ?? error}`));
  }
  return failed;
}
