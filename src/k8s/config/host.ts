import { UnsupportedError } from "../../../mod.ts";

/** What configuration needs of the machine: files, environment, time. Tests put their own in its place. */
export interface KubeHost {
  /** A variable of the environment; throws where the program may not read it. */
  env(name: string): string | undefined;
  /** All of the environment, for a program that is started. */
  environment(): Record<string, string>;
  /** Reads a file as text. */
  readText(path: string): Promise<string>;
  /** A path made absolute, from a directory or else from the current one. */
  resolve(path: string, directory?: string): string;
  /** The directory of a path. */
  dirname(path: string): string;
  /** Whether a path is absolute. */
  isAbsolute(path: string): boolean;
  /** What separates the paths of a list. */
  readonly delimiter: string;
  /** The home directory, where the environment names one. */
  home(): string | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Loads what Deno, Bun and Node have; elsewhere it is an `UnsupportedError`. */
export async function loadHost(purpose: string): Promise<KubeHost> {
  const modules = await Promise.all([import("node:fs/promises"), import("node:path"), import("node:process")])
    .catch(() => undefined);
  if (!modules) {
    throw new UnsupportedError(`Cannot ${purpose}: this runtime has no files and no environment`, {
      code: "unsupported",
      hint: "Pass the configuration to KubeClient.fromConfig, with its certificates and tokens in it, and a fetch",
    });
  }
  const [{ readFile }, path, { default: { env, platform } }] = modules;
  return {
    env: (name) => env[name] === "" ? undefined : env[name],
    environment: () => ({ ...env }) as Record<string, string>,
    readText: (file) => readFile(file, "utf8"),
    resolve: (file, directory) => directory === undefined ? path.resolve(file) : path.resolve(directory, file),
    dirname: (file) => path.dirname(file),
    isAbsolute: (file) => path.isAbsolute(file),
    delimiter: path.delimiter,
    home: () => (env.HOME || (platform === "win32" ? env.USERPROFILE : undefined)) || undefined,
    now: () => Date.now(),
  };
}

/** What an error of the machine means, in words that hold no content. */
export function hostReason(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (name === "NotCapable" || name === "PermissionDenied" || code === "EPERM" || code === "EACCES") {
    return "this program may not read it";
  }
  if (code === "ENOENT" || code === "ENOTDIR" || name === "NotFound") return "it does not exist";
  if (code === "EISDIR") return "it is a directory";
  return `it cannot be read (${String(code ?? name)})`;
}
