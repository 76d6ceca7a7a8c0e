import type { RuntimeClientOptions } from "./options.ts";

/**
 * Reads the options of a client out of environment variables. It is pure: it takes what it reads, such as
 * `Deno.env.toObject()`, `process.env` or a Worker's `env`.
 *
 * | variable | option |
 * | --- | --- |
 * | `SBX_URL` | `sandboxBaseUrl` |
 * | `SBX_DOMAIN` | `domain` |
 * | `SBX_SANDBOX_ID` | `sandboxId` |
 * | `SBX_TOKEN` | `runtimeToken` |
 * | `SBX_API_KEY` | `apiKey` |
 * | `SCHEME` | `scheme` |
 *
 * An empty variable counts as absent.
 *
 * @param env The variables.
 * @returns The options that are set.
 * @throws {TypeError} When `SCHEME` is neither `http` nor `https`.
 *
 * @example From an environment
 * ```ts
 * import { optionsFromEnv } from "@kruise-agents/runtime";
 * import { assertEquals } from "@std/assert";
 *
 * const options = optionsFromEnv({ SBX_DOMAIN: "127.0.0.1:7788", SBX_SANDBOX_ID: "default--my-sandbox" });
 * assertEquals(options, { domain: "127.0.0.1:7788", sandboxId: "default--my-sandbox" });
 * ```
 */
export function optionsFromEnv(env: Readonly<Record<string, string | undefined>>): RuntimeClientOptions {
  const { SBX_URL, SBX_DOMAIN, SBX_SANDBOX_ID, SBX_TOKEN, SBX_API_KEY, SCHEME } = env;
  if (SCHEME && SCHEME !== "http" && SCHEME !== "https") {
    throw new TypeError(`Cannot use SCHEME=${JSON.stringify(SCHEME)}: pass "http" or "https"`);
  }
  return {
    ...(SBX_URL && { sandboxBaseUrl: SBX_URL }),
    ...(SBX_DOMAIN && { domain: SBX_DOMAIN }),
    ...(SBX_SANDBOX_ID && { sandboxId: SBX_SANDBOX_ID }),
    ...(SBX_TOKEN && { runtimeToken: SBX_TOKEN }),
    ...(SBX_API_KEY && { apiKey: SBX_API_KEY }),
    ...(SCHEME && { scheme: SCHEME as "http" | "https" }),
  };
}
