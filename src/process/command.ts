/** A command: a string is run by `/bin/bash -l -c`, an array is an argv that no shell parses. */
export type Command = string | readonly string[];

/** The argv of a command. Throws a `TypeError` for what cannot be one. */
export function argvOf(command: Command): readonly string[] {
  if (typeof command === "string") {
    if (command.trim() === "") throw new TypeError("Cannot run an empty command: pass a command line or an argv");
    return ["/bin/bash", "-l", "-c", checkWord("a command", command)];
  }
  if (!Array.isArray(command)) {
    throw new TypeError(`Cannot run a ${typeof command}: pass a command line or an array of words`);
  }
  if (command.length === 0 || command[0] === "") {
    throw new TypeError("Cannot run an empty command: the first word of an argv names the binary");
  }
  return command.map((word, index) => checkWord(`word ${index} of a command`, word));
}

/** The environment of a command, checked. */
export function checkEnvs(envs: Record<string, string> | undefined): Record<string, string> {
  if (envs !== undefined && (typeof envs !== "object" || envs === null)) {
    throw new TypeError("Cannot use the given envs: pass an object of strings");
  }
  for (const [name, value] of Object.entries(envs ?? {})) {
    if (name === "" || name.includes("=")) {
      throw new TypeError(`Cannot set environment variable ${JSON.stringify(name)}: that is no name`);
    }
    checkWord("the name of an environment variable", name);
    checkWord(`environment variable ${name}`, value);
  }
  return { ...envs };
}

/** A string that can be handed to a process: a NUL would end it. The message does not show it. */
export function checkWord(what: string, value: unknown): string {
  if (typeof value !== "string") throw new TypeError(`Cannot use a ${typeof value} as ${what}: pass a string`);
  if (value.includes("\0")) throw new TypeError(`Cannot use a string with a NUL as ${what}`);
  return value;
}

/** What a command is called in messages: its binary, never its arguments, which may be secrets. */
export function nameOf(command: Command): string {
  const word = typeof command === "string" ? command.trim().split(/\s/, 1)[0]! : command[0]!;
  return /^[\w./+-]{1,80}$/.test(word) ? `command "${word}"` : "command";
}
