/** Starts programs. */

/** Nothing of the surroundings may steer a client elsewhere: no proxy, no setting of `e2b`'s. */
const environment: Record<string, string> = Object.fromEntries(
  Object.entries(Deno.env.toObject()).filter(([name]) => !/^E2B_|_PROXY$/i.test(name)),
);

/** A command line, where it runs, and what is added to the environment. */
export interface Launch {
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function toCommand(launch: Launch, options: Deno.CommandOptions): Deno.Command {
  const [command, ...args] = launch.command;
  return new Deno.Command(command, {
    args,
    ...(launch.cwd !== undefined && { cwd: launch.cwd }),
    clearEnv: true,
    env: { ...environment, ...launch.env },
    stderr: "inherit",
    ...options,
  });
}

/** Runs a program to its end and answers what it printed. */
export async function output(launch: Launch): Promise<string> {
  const { success, stdout } = await toCommand(launch, { stdout: "piped" }).output();
  if (!success) throw new Error(`Failed: ${launch.command.join(" ")}`);
  return new TextDecoder().decode(stdout).trim();
}

/** A program that serves until its input ends. */
export interface Service extends AsyncDisposable {
  /** The first line that it printed. */
  readonly line: string;
}

/** Starts a program and waits for its first line. */
export async function serve(launch: Launch): Promise<Service> {
  const child = toCommand(launch, { stdin: "piped", stdout: "piped" }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`It ended before it was ready: ${launch.command.join(" ")}`);
    text += value;
  }
  return {
    line: text.trim(),
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await child.status;
      await reader.cancel();
    },
  };
}
