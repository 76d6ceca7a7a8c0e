import type { WrappedCommand } from "./wrapper.ts";

/**
 * A command on a terminal is started through a shell as well. OpenKruise starts the daemon with SIGINT and SIGHUP
 * ignored, which all below it inherit and no shell can undo: Ctrl-C would stop nothing. GNU's `env` can (since
 * coreutils 8.31); where it cannot, the command starts as it would have without. A terminal is a session of its own
 * already, and has input.
 */

const SIGNALS = "env --default-signal=HUP,INT,QUIT";

// The second shell, because `env` would take a binary with a `=` in its name for a variable.
const EXEC = `${SIGNALS} true 2>/dev/null && exec ${SIGNALS} /bin/sh -c 'exec "$@"' sh "$@"; exec "$@"`;

/** The scripts, by what is started. */
export const TERMINAL_SCRIPTS: Readonly<Record<"command" | "shell", string>> = {
  /** A command. */
  command: EXEC,
  /** The login shell, in whose place there is always `sh`. */
  shell: `test -x "$1" || set -- /bin/sh -i -l; ${EXEC}`,
};

/** The login shell of an account, to work with by hand. */
const SHELL = ["/bin/bash", "-i", "-l"] as const;

/** Wraps an argv, or the login shell where there is none. */
export function wrapTerminal(argv: readonly string[] | undefined): WrappedCommand {
  const script = argv === undefined ? TERMINAL_SCRIPTS.shell : TERMINAL_SCRIPTS.command;
  return { cmd: "/bin/sh", args: ["-c", script, "sh", ...argv ?? SHELL] };
}
