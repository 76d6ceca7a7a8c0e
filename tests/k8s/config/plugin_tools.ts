/** Credential plugins that are written while a test runs. */

import type { KubeAccess } from "../../../src/k8s/config/kube_access.ts";
import { type KubeHost, loadHost } from "../../../src/k8s/config/host.ts";
import { accessFromConfig } from "../../../src/k8s/config/load_config.ts";
import type { KubeLoadOptions } from "../../../src/k8s/config/load_options.ts";
import { configOf, type Entry } from "./tools.ts";

/** A plugin in a directory of its own. */
export interface Plugin extends AsyncDisposable {
  /** Its path. */
  readonly command: string;
  readonly dir: string;
  /** How often it was started. */
  runs(): Promise<number>;
}

/** What plugins answer: an `ExecCredential` of version 1. */
export function answer(status: unknown, more: Entry = {}): string {
  return JSON.stringify({
    apiVersion: "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    status,
    ...more,
  });
}

/** Writes a plugin: lines of shell, in which `$dir` is its directory. */
export async function makePlugin(script: string): Promise<Plugin> {
  const dir = await Deno.makeTempDir();
  const command = `${dir}/plugin`;
  await Deno.writeTextFile(command, `#!/bin/sh\ndir='${dir}'\necho run >>"$dir/runs"\n${script}\n`, { mode: 0o755 });
  return {
    command,
    dir,
    runs: async () => (await Deno.readTextFile(`${dir}/runs`).catch(() => "")).split("\n").length - 1,
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

/** Prints a text as it is. */
export function printing(text: string): string {
  return `cat <<'END'\n${text}\nEND`;
}

/** The entry of a plugin. */
export function execOf(command: string, more: Entry = {}): Entry {
  return { exec: { apiVersion: "client.authentication.k8s.io/v1", interactiveMode: "Never", command, ...more } };
}

/** Access by a plugin, on this machine, at a time that tests may move. */
export async function accessBy(
  user: Entry,
  { cluster = { server: "https://api.test" }, clock, ...options }: KubeLoadOptions & {
    cluster?: Entry;
    clock?: { time: number };
  } = {},
): Promise<KubeAccess> {
  const host: KubeHost = await loadHost("test");
  const config = configOf(cluster, user);
  return await accessFromConfig(config, options, clock ? { ...host, now: () => clock.time } : host);
}
