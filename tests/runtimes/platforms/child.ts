import type { Job, Outcome } from "../job.ts";

/** Longer than any case, which has a limit of its own. */
const SILENCE_MS = 90_000;

/** How long a program may still run when its cases are done: nothing of the client's may keep it alive. */
const EXIT_MS = 15_000;

/** Runs a command to its end and answers what it printed. */
export async function output(command: string, args: readonly string[], dir: string = "."): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: dir,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Failed: ${[command, ...args].join(" ")}\n${text(stdout)}${text(stderr)}`);
  return text(stdout).trim();
}

/** The lines of a stream. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** A program that runs. */
export interface Child {
  readonly lines: AsyncGenerator<string>;
  /** The last it says on its standard error. */
  readonly complaints: Promise<string>;
  /** Its exit code. */
  readonly ended: Promise<number>;
  /** Lets it end, and kills it where it does not. */
  stop(): Promise<void>;
}

/** How long a program may take to end what it started itself. */
const STOP_MS = 5_000;

/** How many characters of a program's complaints are worth reading. */
const COMPLAINTS = 3_000;

const running = new Set<Child>();

/** Starts a program, with what is to stand in its environment beside what is there. */
export function start(command: string, args: readonly string[], env: Record<string, string> = {}): Child {
  const process = new Deno.Command(command, { args: [...args], env, stdin: "null", stdout: "piped", stderr: "piped" })
    .spawn();
  let over = false;
  const kill = (signal: Deno.Signal) => over || process.kill(signal);
  const child: Child = {
    lines: linesOf(process.stdout),
    complaints: new Response(process.stderr).text().then((text) => text.slice(-COMPLAINTS)),
    ended: process.status.then(({ code }) => {
      over = true;
      running.delete(child);
      return code;
    }),
    async stop() {
      kill("SIGTERM");
      const timer = setTimeout(() => kill("SIGKILL"), STOP_MS);
      await child.ended;
      clearTimeout(timer);
    },
  };
  running.add(child);
  return child;
}

/** Stops whatever runs. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((child) => child.stop()));
}

/** Runs a program that prints an outcome a line. That it ends well, by itself and in time, is an outcome too. */
export async function* outcomesOf(
  command: string,
  args: readonly string[],
  { cases }: Pick<Job, "cases">,
  env: Record<string, string> = {},
): AsyncGenerator<Outcome> {
  const child = start(command, args, env);
  const left = new Set(cases);
  let late = false;
  const stop = () => {
    late = true;
    void child.stop();
  };
  let timer = setTimeout(stop, SILENCE_MS);
  try {
    for await (const line of child.lines) {
      const outcome: Outcome = JSON.parse(line);
      yield outcome;
      left.delete(outcome.name);
      clearTimeout(timer);
      timer = setTimeout(stop, left.size === 0 ? EXIT_MS : SILENCE_MS);
    }
    const problem = complaint(await child.ended, left.size, late, await child.complaints);
    yield { name: "the program ends by itself", ms: 0, ...problem };
  } finally {
    clearTimeout(timer);
    await child.stop();
  }
}

function complaint(code: number, missing: number, late: boolean, stderr: string): { readonly error?: string } {
  if (missing > 0) return { error: `It ended with code ${code}, ${missing} cases before its last one\n${stderr}` };
  if (late) return { error: `It still ran ${EXIT_MS} ms after its last case` };
  return code === 0 ? {} : { error: `It ended with code ${code}\n${stderr}` };
}
