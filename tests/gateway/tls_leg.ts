/**
 * HTTPS to the gateway under a private authority, on Deno, Bun and Node: with the authority trusted as each engine does
 * it, with a `fetch` of one's own that trusts it, and with certificates that are no good.
 */

import { startLocalRuntime } from "../../src/local/mod.ts";
import { startFakeGateway } from "../../src/testing/mod.ts";
import type { Outcome } from "../runtimes/job.ts";
import { bundleFile } from "../runtimes/platforms/bundle.ts";
import { outcomesOf } from "../runtimes/platforms/child.ts";
import { makeAuthority } from "./certificates.ts";
import { TLS_CASES, type TlsJob } from "./tls_job.ts";

/** The program, for engines that read TypeScript. The others get a bundle of it. */
export const TLS_PROGRAM: string = new URL("./tls_program.ts", import.meta.url).pathname;

/** An engine. */
export interface TlsEngine {
  readonly name: "deno" | "bun" | "node";
  /** The path of its executable. */
  readonly command: string;
  /**
   * The path of the program, where the engine takes it as a bundle.
   *
   * @default {TLS_PROGRAM}
   */
  readonly program?: string | undefined;
}

const DAY_MS = 86_400_000;

/** Makes the bundle for a version of Node that cannot read TypeScript, and gives its path. */
export async function bundleTlsProgram(dir: string, version: string): Promise<string> {
  // What is CommonJS in it asks for Node's own modules by this.
  const banner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  const options = ["--platform=node", `--target=node${version}`, `--banner:js=${banner}`];
  return await bundleFile(TLS_PROGRAM, `${dir}/tls_program.js`, ...options);
}

/**
 * Runs the leg on an engine: first with the authority trusted, then without. `dir` is for the authority's certificate,
 * and `wanted` chooses by the names of {@linkcode TLS_CASES}.
 */
export async function* tlsOutcomes(
  engine: TlsEngine,
  dir: string,
  wanted: (name: string) => boolean = () => true,
): AsyncGenerator<Outcome> {
  const authority = await makeAuthority("Private authority");
  const file = `${dir}/authority-${crypto.randomUUID()}.pem`;
  await Deno.writeTextFile(file, authority.cert);
  // Named accounts, so that others are unknown, as in a sandbox.
  await using runtime = await startLocalRuntime({ accounts: {} });
  const names = ["localhost", "gateway.localhost", "*.gateway.localhost", "127.0.0.1"];
  const options = [
    { tls: await authority.issue({ names }) },
    { tls: await authority.issue({ names, notAfter: new Date(Date.now() - DAY_MS / 2) }) },
    { tls: await authority.issue({ names: ["gateway.example"] }) },
    {},
  ];
  await using good = await startFakeGateway(options[0]);
  await using expired = await startFakeGateway(options[1]);
  await using otherName = await startFakeGateway(options[2]);
  await using plain = await startFakeGateway(options[3]);
  good.route("default--mine", runtime);
  for (const trusted of [true, false]) {
    const cases = TLS_CASES.filter((item) => item.trusted === trusted && wanted(item.name)).map(({ name }) => name);
    const job: TlsJob = {
      trusted,
      cases,
      ca: authority.cert,
      sandboxId: "default--mine",
      token: runtime.token,
      domains: {
        good: good.domain,
        expired: expired.domain,
        otherName: otherName.domain,
        plain: plain.domain,
      },
      parent: `gateway.${good.domain}`,
    };
    if (cases.length === 0) continue;
    yield* outcomesOf(engine.command, argumentsOf(engine, job, file), job, environmentOf(engine, job, file));
  }
}

function argumentsOf({ name, program = TLS_PROGRAM }: TlsEngine, job: TlsJob, ca: string): string[] {
  const flags = ["run", "--quiet", "--no-prompt", "--allow-net", ...(job.trusted ? [`--cert=${ca}`] : [])];
  return [...(name === "deno" ? flags : []), program, JSON.stringify(job)];
}

/** Bun goes by Node's variable. */
function environmentOf({ name }: TlsEngine, { trusted }: TlsJob, ca: string): Record<string, string> {
  return trusted && name !== "deno" ? { NODE_EXTRA_CA_CERTS: ca } : {};
}
