/** A machine of files and variables, and what the tests of the configuration say again and again. */

import { assert } from "@std/assert";
import { posix } from "node:path";
import { isSandboxError, type KubeConfigError } from "../../../mod.ts";
import type { KubeHost } from "../../../src/k8s/config/host.ts";

/** A machine that tests may change. */
export interface FakeHost extends KubeHost {
  readonly files: Map<string, string>;
  readonly variables: Map<string, string>;
  /** How often each file was read. */
  readonly reads: Map<string, number>;
  /** Milliseconds since 1970. */
  time: number;
}

/** Makes one. A file whose text is an `Error` cannot be read. */
export function fakeHost(
  files: Readonly<Record<string, string | Error>> = {},
  variables: Readonly<Record<string, string>> = { HOME: "/home/me" },
): FakeHost {
  const texts = new Map(Object.entries(files));
  const environment = new Map(Object.entries(variables));
  const reads = new Map<string, number>();
  const host: FakeHost = {
    files: texts as Map<string, string>,
    variables: environment,
    reads,
    time: Date.parse("2026-01-01T00:00:00Z"),
    env: (name) => environment.get(name) || undefined,
    environment: () => Object.fromEntries(environment),
    // deno-lint-ignore require-await -- a failure is a rejection
    readText: async (path) => {
      reads.set(path, (reads.get(path) ?? 0) + 1);
      const text = texts.get(path);
      if (text === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
      if (text instanceof Error) throw text;
      return text;
    },
    resolve: (path, directory) => posix.resolve(directory ?? "/work", path),
    dirname: posix.dirname,
    isAbsolute: posix.isAbsolute,
    delimiter: ":",
    home: () => environment.get("HOME"),
    now: () => host.time,
  };
  return host;
}

/** Fields of an entry. */
export type Entry = Readonly<Record<string, unknown>>;

/** A configuration of one context. */
export function configOf(cluster: Entry = { server: "https://api.test" }, user: Entry = {}, context: Entry = {}): {
  [key: string]: unknown;
} {
  return {
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u", ...context } }],
    clusters: [{ name: "c", cluster }],
    users: [{ name: "u", user }],
  };
}

/** The text of a file with one context, whose entries all have the same name. */
export function fileOf(name: string, user: string = "{}"): string {
  return `
apiVersion: v1
kind: Config
current-context: ${name}
contexts:
- name: ${name}
  context: {cluster: ${name}, user: ${name}}
clusters:
- name: ${name}
  cluster: {server: "https://${name}.test"}
users:
- name: ${name}
  user: ${user}
`;
}

/** Demands that configuration was refused, with a hint, and gives the error. */
export async function refused(promise: Promise<unknown>): Promise<KubeConfigError> {
  const error = await promise.then((value) => value, (error) => error);
  assert(isSandboxError(error, "kube_config"), `not refused: ${Deno.inspect(error)}`);
  assert(
    error.name === "KubeConfigError" && !error.retryable && error.tried.length > 0 && error.hint,
    Deno.inspect(error),
  );
  return error;
}

/** The header, where there is one. */
export function headerOf(headers: readonly (readonly [string, string])[], name: string): string | undefined {
  return headers.find(([key]) => key === name)?.[1];
}
