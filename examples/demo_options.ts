/** The flags of the demo. */

import { parseArgs } from "node:util";
import type { RuntimeClientOptions } from "../mod.ts";

/** What `--help` prints. */
export const USAGE = `Uses a sandbox: runs commands, feeds one and kills it, writes and reads files.

  demo                                                 a local runtime, started for the demo
  demo --url <url> [--token <token>]                   a runtime at this address
  demo --domain <host> --sandbox <id> [--token <token>]  a sandbox behind the OpenKruise gateway

  --url <url>       base URL of the runtime, such as http://127.0.0.1:49983
  --domain <host>   host and port of the gateway
  --sandbox <id>    the sandbox, such as default--my-sandbox
  --scheme <name>   http (the default) or https, with --domain
  --token <token>   the runtime's access token
  -h, --help        this text`;

/** Flags that make no sense. */
export class UsageError extends Error {}

/** Reads the flags: `undefined` asks for help, no target for a local runtime. */
export function parseOptions(args: string[]): { target?: RuntimeClientOptions } | undefined {
  const { help, url, domain, sandbox, scheme, token } = readFlags(args);
  if (help) return undefined;
  if (url !== undefined) {
    if (domain !== undefined) throw new UsageError("--url and --domain exclude each other");
    return { target: { sandboxBaseUrl: url, sandboxId: sandbox, runtimeToken: token } };
  }
  if (domain !== undefined || sandbox !== undefined) {
    if (domain === undefined) throw new UsageError("--sandbox needs --domain <host>");
    if (sandbox === undefined) throw new UsageError("--domain needs --sandbox <id>");
    if (scheme !== undefined && scheme !== "http" && scheme !== "https") {
      throw new UsageError(`--scheme is http or https, not "${scheme}"`);
    }
    return { target: { domain, sandboxId: sandbox, scheme, runtimeToken: token } };
  }
  if (token !== undefined) throw new UsageError("--token needs --url <url>, or --domain <host> and --sandbox <id>");
  return {};
}

function readFlags(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      options: {
        url: text,
        domain: text,
        sandbox: text,
        scheme: text,
        token: text,
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
