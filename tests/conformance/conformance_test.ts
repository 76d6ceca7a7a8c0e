/**
 * Runs the portable cases on Deno: against the daemon at `CONFORMANCE_URL` (with `CONFORMANCE_TOKEN`) where that is
 * set, else against the local runtime as each version.
 */

import { assert, assertEquals } from "@std/assert";
import { RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { runCase } from "./case.ts";
import { CASES } from "./cases.ts";
import recorded from "../wire/envd-0.6.13.json" with { type: "json" };

interface Target {
  readonly name: string;
  start(): Promise<AsyncDisposable & { readonly sandbox: RuntimeClient }>;
}

/** Another port of the daemon's host, or of the gateway's path form. */
function portOf(url: string, port: number): string {
  const path = /^(.*\/kruise\/[^/]+)\/\d+\/?$/.exec(url)?.[1];
  return path === undefined ? `http://${new URL(url).hostname}:${port}` : `${path}/${port}`;
}

function remote(url: string): Target {
  const sandbox = new RuntimeClient({
    sandboxBaseUrl: (port) => port === 49983 ? url : portOf(url, port),
    runtimeToken: Deno.env.get("CONFORMANCE_TOKEN"),
  });
  return { name: url, start: () => Promise.resolve({ sandbox, [Symbol.asyncDispose]: () => Promise.resolve() }) };
}

function local(version: "0.2.10" | "0.6.13"): Target {
  return {
    name: version,
    async start() {
      // Named accounts, so that others are unknown, as in a sandbox. There is none called `node`.
      const runtime = await startLocalRuntime({ version, accounts: {} });
      const sandbox = new RuntimeClient(runtime.clientOptions());
      return { sandbox, [Symbol.asyncDispose]: () => runtime.close() };
    },
  };
}

const url = Deno.env.get("CONFORMANCE_URL");

for (const target of url ? [remote(url)] : [local("0.2.10"), local("0.6.13")]) {
  Deno.test(`conformance: ${target.name}`, async (t) => {
    await using started = await target.start();
    for (const item of CASES) await t.step(item.name, () => runCase(started.sandbox, item));
  });
}

Deno.test("conformance: each case has a name of its own and says what it is written from", () => {
  const names = CASES.map(({ name }) => name);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
  const wire = new Set(recorded.cases.map(({ name }) => name));
  for (const { name, source } of CASES) {
    const known = source.startsWith("wire: ") ? wire.has(source.slice(6)) : /^docs\/protocol\.md §\d/.test(source);
    assert(known, `${name}: ${source}`);
  }
});
