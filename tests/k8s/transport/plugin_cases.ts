/** Credential plugins on Deno, Bun and Node. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import { kubeFetch } from "../../../src/k8s/transport/kube_fetch.ts";
import { check, equal, rejects } from "../../conformance/check.ts";
import { configOf, inDirectory, seenIn, type TransportCase, trusting } from "./case.ts";

const API_VERSION = "client.authentication.k8s.io/v1";

/** Writes a script, and gives the entry that runs it. */
async function pluginIn(dir: string, script: string): Promise<Readonly<Record<string, unknown>>> {
  const command = join(dir, "plugin");
  await writeFile(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { exec: { apiVersion: API_VERSION, interactiveMode: "Never", command, args: [dir] } };
}

async function put(dir: string, status: unknown): Promise<void> {
  await writeFile(join(dir, "answer"), JSON.stringify({ apiVersion: API_VERSION, kind: "ExecCredential", status }));
}

/** The cases. */
export const PLUGIN_CASES: readonly TransportCase[] = [
  {
    name: "a plugin's token, and another after a 401",
    run: (stage) =>
      inDirectory(async (dir) => {
        const user = await pluginIn(dir, 'echo >>"$1/runs"; cat "$1/answer"');
        await put(dir, { token: "old-token" });
        const transport = kubeFetch(await accessFromConfig(configOf(trusting(stage, "api"), user)));
        try {
          equal((await transport.fetch("/api")).status, 200);
          await put(dir, { token: "new-token" });
          const answers = await Promise.all([1, 2, 3].map(() => transport.fetch("/only-new")));
          equal(answers.map(({ status }) => status), [200, 200, 200]);
          for (const answer of answers) await answer.text();
          equal((await readFile(join(dir, "runs"), "utf8")).length, 2, "runs");
        } finally {
          await transport.close();
        }
      }),
  },
  {
    name: "a plugin's certificate",
    run: (stage) =>
      inDirectory(async (dir) => {
        const user = await pluginIn(dir, 'cat "$1/answer"');
        const { cert, key } = stage.clients.mine;
        await put(dir, { clientCertificateData: cert, clientKeyData: key });
        const transport = kubeFetch(await accessFromConfig(configOf(trusting(stage, "strict"), user)));
        try {
          equal((await seenIn(await transport.fetch("/api"))).client, "mine");
        } finally {
          await transport.close();
        }
      }),
  },
  {
    name: "a plugin that hangs is ended, and makes no request",
    run: (stage) =>
      inDirectory(async (dir) => {
        const config = configOf(trusting(stage, "closed"), await pluginIn(dir, "sleep 6161"));
        const transport = kubeFetch(await accessFromConfig(config, { pluginTimeoutMs: 200 }));
        const error = await rejects(transport.fetch("/api"), "kube_config");
        check(error.message.endsWith("it did not end within 200 ms"), error.message);
        await transport.close();
      }),
  },
  {
    name: "a plugin that is not there",
    run: (stage) =>
      inDirectory(async (dir) => {
        const user = { exec: { apiVersion: API_VERSION, interactiveMode: "Never", command: join(dir, "none") } };
        const transport = kubeFetch(await accessFromConfig(configOf(trusting(stage, "closed"), user)));
        const error = await rejects(transport.fetch("/api"), "kube_config");
        check(error.message.endsWith("it was not found"), error.message);
        await transport.close();
      }),
  },
];
