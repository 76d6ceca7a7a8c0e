/**
 * Serves the page and a relay on this machine: `deno run -A serve.ts [--port 8000]`. The sandbox is the one that
 * `SBX_URL`, or `SBX_DOMAIN` and `SBX_SANDBOX_ID`, name, with the token in `SBX_TOKEN`; else a local runtime, which runs
 * shells as you, with no isolation.
 */

import { parseArgs } from "node:util";
import { optionsFromEnv, RuntimeClient, type RuntimeClientOptions } from "@kruise-agents/runtime";
import { startLocalRuntime } from "@kruise-agents/runtime/local";
import { bundle, FILES } from "./bundle.ts";
import { relay } from "./relay.ts";

/** A page that is served. */
export interface Page extends AsyncDisposable {
  /** Its address, with nothing in its form. */
  readonly url: string;
  /** Its address with the form filled in for the relay, whose key is in it. */
  readonly relayed: string;
}

/** Bundles the page, and serves it beside a relay to a sandbox. */
export async function serve(options: RuntimeClientOptions, port: number = 0): Promise<Page> {
  const directory = await Deno.makeTempDir();
  const sandbox = new RuntimeClient(options);
  const key = crypto.randomUUID();
  const files = new Map<string, Response>();
  try {
    await bundle(directory);
    for (const [name, type] of Object.entries(FILES)) {
      const content = await Deno.readFile(`${directory}/${name}`);
      files.set(`/${name}`, new Response(content, { headers: { "content-type": type } }));
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  const closing = new AbortController();
  const { signal } = closing;
  const server = Deno.serve({ hostname: "127.0.0.1", port, signal, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const file = files.get(pathname === "/" ? "/index.html" : pathname);
    return file?.clone() ?? relay(request, sandbox, key);
  });
  const url = `http://127.0.0.1:${server.addr.port}/`;
  return {
    url,
    relayed: `${url}#${new URLSearchParams({ way: "relay", url: "sandbox", secret: key })}`,
    async [Symbol.asyncDispose]() {
      // A graceful end would wait for that of every terminal.
      closing.abort();
      await server.finished;
    },
  };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: "string", default: "8000" } } });
  const named = optionsFromEnv(Deno.env.toObject());
  const isNamed = named.sandboxBaseUrl !== undefined || named.domain !== undefined;
  await using runtime = isNamed ? undefined : await startLocalRuntime();
  await using page = await serve(runtime?.clientOptions() ?? named, Number(values.port));
  console.log(`Through the relay, which keeps the token:\n  ${page.relayed}`);
  if (runtime !== undefined) {
    const { url, token } = runtime;
    const straight = new URLSearchParams({ way: "straight", url, secret: token });
    console.log(`Straight to the local runtime:\n  ${page.url}#${straight}`);
  }
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, resolve);
  });
}
