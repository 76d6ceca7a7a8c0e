/** Starts the programs of this folder on Deno and Node, and ends them. */

import { bundleFile } from "../runtimes/platforms/bundle.ts";
import { linesOf, output } from "../runtimes/platforms/child.ts";

/** The runtimes that the programs run on. */
export const RUNTIMES = ["deno", "node"] as const;

/** One of them. */
export type RuntimeName = typeof RUNTIMES[number];

/** What there is to run. */
export type ProgramName = "runtime" | "client";

/** A command line up to the program's own arguments. */
export type Launch = (program: ProgramName) => readonly [command: string, ...args: string[]];

/** A program that runs. */
export interface Program {
  readonly pid: number;
  /** What it says. */
  readonly lines: AsyncGenerator<string>;
  /** The last it says on its standard error, once it has ended. */
  readonly complaints: Promise<string>;
  /** Its exit code. */
  readonly ended: Promise<number>;
  /** Tells it something. */
  say(line: string): Promise<void>;
  /** Lets it end, and kills it where it does not. */
  stop(): Promise<void>;
}

/** How long a program may take to end what it started itself. */
const STOP_MS = 10_000;
const COMPLAINTS = 3_000;

const source = (program: ProgramName) => new URL(`programs/${program}.ts`, import.meta.url).pathname;
const running = new Set<Program>();

/** Makes the programs ready to run. Node gets bundles, made in a directory. */
export async function prepare(runtime: RuntimeName, dir: string): Promise<{ title: string; launch: Launch }> {
  if (runtime === "deno") {
    const flags = ["run", "-A", "--quiet"];
    return {
      title: `Deno ${Deno.version.deno}`,
      launch: (program) => [Deno.execPath(), ...flags, source(program)],
    };
  }
  const file = (program: ProgramName) => `${dir}/${program}.mjs`;
  for (const program of ["runtime", "client"] as const) {
    await bundleFile(source(program), file(program), "--platform=node", "--target=node20");
  }
  return { title: `Node ${await output("node", ["--version"])}`, launch: (program) => ["node", file(program)] };
}

/** Starts a program. */
export function start([command, ...args]: readonly [string, ...string[]]): Program {
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const input = child.stdin.getWriter();
  let over = false;
  const program: Program = {
    pid: child.pid,
    lines: linesOf(child.stdout),
    complaints: new Response(child.stderr).text().then((text) => text.slice(-COMPLAINTS)),
    ended: child.status.then(({ code }) => {
      over = true;
      running.delete(program);
      return code;
    }),
    say: (line) => input.write(new TextEncoder().encode(`${line}\n`)),
    async stop() {
      // Its input's end; one that has ended has none.
      await input.close().catch(() => {});
      const timer = setTimeout(() => over || child.kill("SIGKILL"), STOP_MS);
      await program.ended;
      clearTimeout(timer);
    },
  };
  running.add(program);
  return program;
}

/** Ends whatever runs. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((program) => program.stop()));
}
