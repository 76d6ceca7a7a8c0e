import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bytes, type RequestEvent, RuntimeClient } from "../../mod.ts";
import { startLocalRuntime } from "../../src/local/mod.ts";
import { type FaultProxy, startFaultProxy } from "../../src/testing/mod.ts";
import { equal } from "../conformance/check.ts";
import { noise } from "../conformance/tools.ts";
import { type FaultCase, limitOf } from "./fault_case.ts";
import type { Stage } from "./scenario.ts";

/** A stage, and what stands behind it. */
export interface BuiltStage extends AsyncDisposable {
  readonly stage: Stage;
  readonly proxy: FaultProxy;
  /** What scenarios want disposed. */
  readonly owned: readonly AsyncDisposable[];
  /** What the client asked and was told, with the time. */
  readonly trace: readonly string[];
}

/** Builds a runtime, a proxy before it with the faults of a case, and files. */
export async function buildStage(fault: FaultCase): Promise<BuiltStage> {
  const dir = await mkdtemp(join(tmpdir(), "faults-"));
  const runtime = await startLocalRuntime({ version: fault.version, home: dir, accounts: {} });
  const proxy = await startFaultProxy(runtime.url);
  const options = { ...runtime.clientOptions(), requestTimeoutMs: limitOf(fault), retry: { gatewayMs: 300 } };
  const owned: AsyncDisposable[] = [];
  const trace: string[] = [];
  const started = performance.now();
  const note = ({ operation, attempt }: RequestEvent, what: string) =>
    void trace.push(`${Math.round(performance.now() - started)} ms: ${operation} (${attempt}) ${what}`);
  const { out, err, text } = contents(fault.size);
  await Promise.all([
    writeFile(join(dir, "out"), out),
    writeFile(join(dir, "err"), err),
    writeFile(join(dir, "text"), text),
  ]);
  const stage: Stage = {
    case: fault,
    sandbox: new RuntimeClient({
      ...options,
      sandboxBaseUrl: proxy.url,
      onRequest: (event) => note(event, "is sent"),
      onResponse: (event) => note(event, event.error === undefined ? `is ${event.status}` : `failed: ${event.error}`),
    }),
    direct: new RuntimeClient({ ...runtime.clientOptions(), fetch: runtime.fetch }),
    dir,
    out,
    err,
    text,
    // One line by one write: it is whole whoever else writes.
    script: (lines) => ["sh", "-c", `cd "$0" && echo ran >> runs && ${lines}`, dir],
    runs: async () => (await contentOf(join(dir, "runs"))).length / "ran\n".length,
    marks: (file) => contentOf(join(dir, file)),
    own(handle) {
      owned.push(handle);
      return handle;
    },
    checkOutput({ stdoutBytes, stderrBytes, truncatedBytes }) {
      equal(stdoutBytes, out, "stdout");
      equal(stderrBytes, err, "stderr");
      equal(truncatedBytes, 0, "truncatedBytes");
    },
  };
  if (fault.warm) await stage.sandbox.health({ requestTimeoutMs: 0 });
  for (const plan of fault.faults) proxy.next(plan);
  return {
    stage,
    proxy,
    owned,
    trace,
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await runtime.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function contentOf(path: string): Promise<string> {
  return await readFile(path, "utf8").catch(() => "");
}

const made = new Map<number, { out: Bytes; err: Bytes; text: string }>();

function contents(size: number): { out: Bytes; err: Bytes; text: string } {
  let content = made.get(size);
  if (content === undefined) {
    content = { out: noise(size, 1), err: noise(size >> 2, 2), text: "aé€🦀".repeat(size / 10) };
    made.set(size, content);
  }
  return content;
}
