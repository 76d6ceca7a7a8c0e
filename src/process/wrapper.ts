import { TERMINAL_SCRIPTS } from "./terminal_wrapper.ts";

/**
 * Every command is started through `/bin/sh -c <script> sh <argv>`, and the shell replaces itself by the command: same
 * pid, same exit code and signals. The argv is never parsed by the shell.
 *
 * It gives end of file on standard input at once: envd 0.2.10 ignores the request's `stdin` field and leaves a pipe
 * open on which prompts hang for ever. It makes a missing binary exit code 127 on every version. And it gives each
 * command a session of its own, by which all that it starts is found again when it must end.
 */

const SHELL = "/bin/sh";

/**
 * Puts `setsid` before the command, where the image has it. A process that leads a group would be forked by it and get
 * another pid; a child of the daemon does not. A shell behind it says what is wrong with a binary that cannot be
 * started, in the words it has without `setsid`; bash, where it is there, needs none.
 */
const SESSION = "kill -0 -$$ 2>/dev/null || { " +
  `[ "$1" = /bin/bash ] && [ -x /bin/bash ] || set -- /bin/sh -c 'exec "$@"' sh "$@"; ` +
  'if [ -x /usr/bin/setsid ]; then set -- /usr/bin/setsid "$@"; ' +
  'elif [ -x /bin/setsid ]; then set -- /bin/setsid "$@"; fi; }; exec "$@"';

/** The scripts, by what the command gets as its standard input. */
const SCRIPTS = {
  /** End of file at once. */
  none: `${SESSION} </dev/null`,
  /** The daemon's pipe. */
  open: SESSION,
  /** A file, named by `$0`, that is removed once it is open. */
  file: `exec <"$0" && rm -f -- "$0" || exit; ${SESSION}`,
} as const;

/** All scripts of this client. */
const OURS: ReadonlySet<string | undefined> = new Set([...Object.values(SCRIPTS), ...Object.values(TERMINAL_SCRIPTS)]);

/** The command as the daemon is asked to start it. */
export interface WrappedCommand {
  readonly cmd: string;
  readonly args: string[];
}

/** Wraps an argv; `input` is the standard input it gets. */
export function wrap(argv: readonly string[], input: "none" | "open" | { readonly file: string }): WrappedCommand {
  if (typeof input === "object") return { cmd: SHELL, args: ["-c", SCRIPTS.file, input.file, ...argv] };
  return { cmd: SHELL, args: ["-c", SCRIPTS[input], "sh", ...argv] };
}

/** The command itself, out of what a daemon lists; what was started by others stays as it is. */
export function unwrap(command: { readonly cmd: string; readonly args: readonly string[] }): WrappedCommand {
  const { cmd, args } = command;
  const [flag, script, , binary, ...rest] = args;
  const ours = cmd === SHELL && flag === "-c" && OURS.has(script);
  return ours && binary !== undefined ? { cmd: binary, args: rest } : { cmd, args: [...args] };
}
